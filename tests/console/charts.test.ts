import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible } from './console-city.ts'

/** The machine may be busy with other things. */
const LONG = { timeout: 45_000 }
const HOUR_MS = 3_600_000

describe.skipIf(!HAS_BROWSER)('charts', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  /** When one reading of many was unlike all others. */
  let peakAt: number
  let caseId: string
  beforeAll(async () => {
    console = await ConsoleCity.start()
    const { city } = console
    await city.add(['cover-1'], { label: '一号井盖', lon_deg: 111.003, lat_deg: 35.024 })
    await city.add(['gauge-1'], { label: '一号监测仪' }, 'pipe-gauge')
    await console.hire('duty', ['duty-officer'])
    await city.live(minutes(2), ['cover-1'])
    city.clock.move(10_000)
    await city.report('cover-1', { tilt_deg: 80 })
    await city.service.tick()
    const [opened] = await city.cases()
    if (!opened) throw new Error('no case was opened')
    caseId = opened.id
    const now = city.clock.now()
    const readings = Array.from({ length: 4_000 }, (_, index) => ({
      measuredAt: now - (4_000 - index) * 20_000,
      level_mm: 1_000 + (index % 5),
    }))
    const peak = readings[2_345]
    if (!peak) throw new Error('there is no such reading')
    peak.level_mm = 4_321
    peakAt = peak.measuredAt
    for (let first = 0; first < readings.length; first += 500) {
      await city.publish('gauge-1', readings.slice(first, first + 500))
    }
  }, 120_000)
  afterAll(() => console.stop())

  test('a peak of one reading is seen from afar and from near, compared, read as a table and exported', async () => {
    const page = await console.signIn('duty', {}, '/charts')
    page.setDefaultTimeout(45_000)
    await page.getByText('请选择设备和监测项').waitFor()
    await page.getByRole('combobox', { name: '查找设备' }).click()
    await page.keyboard.type('gauge-1')
    await page.getByRole('option', { name: /一号监测仪/ }).click()
    await page.getByRole('button', { name: '添加曲线' }).click()
    const legend = page.locator('.legend li')
    await expect.poll(() => legend.innerText(), LONG).toMatch(/一号监测仪 · .*最大 4,321 mm/s)
    await page.getByRole('img', { name: /一号监测仪/ }).waitFor()
    await page.getByText(/每点汇总/).waitFor()
    await expectAccessible(page)

    // From nearer by the keyboard, until each reading is seen, and the peak still is.
    const near = new URL(page.url())
    near.searchParams.set('from', new Date(peakAt - HOUR_MS).toISOString())
    near.searchParams.set('to', new Date(peakAt + HOUR_MS).toISOString())
    await page.goto(near.href)
    await page.getByRole('group', { name: /滚轮/ }).focus()
    for (const length_ms of [HOUR_MS, HOUR_MS / 2, HOUR_MS / 4]) {
      await page.keyboard.press('+')
      await expect.poll(() => lengthOf(page.url()), LONG).toBe(length_ms)
    }
    await page.getByText('显示逐条读数').waitFor()
    await expect.poll(() => legend.innerText(), LONG).toMatch(/最大 4,321 mm.*读数 45/s)
    await page.goBack()
    await expect.poll(() => legend.innerText(), LONG).toMatch(/最大 4,321 mm.*读数 90/s)

    await page.getByText('与上周同期对比').click()
    await expect.poll(() => page.url(), LONG).toContain('compare=week')
    await page.getByRole('button', { name: '表格' }).click()
    const highest = page.getByRole('row').filter({ hasText: '4,321 mm' })
    await expect.poll(() => highest.count(), LONG).toBe(1)
    await expectAccessible(page)

    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 CSV' }).click()
    const text = await readFile(await (await download).path(), 'utf8')
    const [head, ...rows] = text.trimEnd().split('\n')
    expect(head).toBe('measuredAt,seq,receivedAt,serverClock,level_mm')
    expect(rows).toHaveLength(90)
    expect(rows.filter((row) => row.endsWith(',4321'))).toHaveLength(1)
    expect((await download).suggestedFilename()).toBe('gauge-1.csv')
    expect(console.browser.faults).toEqual([])
    await page.close()
  })

  test('what was wrong with a device is marked, and leads to its case', async () => {
    const look = { locale: 'en', theme: 'light' } as const
    const lines = 'line=cover-1~tilt_deg&line=gauge-1~level_mm&line=nobody~tilt_deg'
    // The clock of the city is ahead of that of the browser.
    const now = console.city.clock.now()
    const [from, to] = [now - HOUR_MS, now + HOUR_MS].map((at) => new Date(at).toISOString())
    const page = await console.signIn('duty', look, `/charts?${lines}&from=${from}&to=${to}`)
    page.setDefaultTimeout(45_000)
    const marks = page.locator('.marks')
    await marks.getByText('goes on').waitFor()
    expect(await marks.locator(`a[href="/cases/${caseId}"]`).count()).toBe(2)
    await page.getByText('There is no such device, or it is beyond what you may see').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: /Remove nobody/ }).click()
    await expect.poll(() => page.url(), LONG).not.toContain('nobody')
    await marks.locator(`a[href="/cases/${caseId}"]`).first().click()
    await page.waitForURL(`**/cases/${caseId}`)
    expect(console.browser.faults).toEqual([])
    await page.close()
  })
})

function lengthOf(url: string): number {
  const { searchParams } = new URL(url)
  return Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')
}
