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

describe.skipIf(!HAS_BROWSER)('thresholds and many lines', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start({ rules: { 'cover-tilted': TILTED } })
    const { city } = console
    await city.add(['cover-1', 'cover-2'], {})
    await city.add(['cover-3'], { label: '三号井盖' })
    await console.hire('engineer', ['engineer'])
    const override = { param: 'angle_deg', scope: 'device', key: 'cover-2', value: 44 }
    await city.send('PUT', '/api/v1/rules/cover-tilted/overrides', override)
    for (const id of ['cover-1', 'cover-2']) {
      await city.report(id, { tilt_deg: 2, lid_open: false })
    }
    const now = city.clock.now()
    const lid = Array.from({ length: 900 }, (_, minute) => ({
      measuredAt: now - (900 - minute) * 60_000,
      lid_open: minute === 450,
    }))
    for (let first = 0; first < lid.length; first += 450) {
      await city.publish('cover-3', lid.slice(first, first + 450))
    }
    await city.service.tick()
  }, 120_000)
  afterAll(() => console.stop())

  test('the thresholds of the rules in force are those of each device, and can be left away', async () => {
    const lines = 'line=cover-1~tilt_deg&line=cover-2~tilt_deg&line=cover-1~lid_open'
    const page = await console.signIn('engineer', {}, `/charts?${lines}`)
    page.setDefaultTimeout(45_000)
    const list = page.locator('.thresholds li')
    await expect.poll(() => list.count(), LONG).toBe(3)
    const texts = await list.allInnerTexts()
    expect(texts[0]).toMatch(/井盖倾斜.*倾角 > 30 °.*cover-1.*须持续 10秒/s)
    expect(texts[1]).toMatch(/解除.*倾角 < 5 °.*cover-1、cover-2/s)
    expect(texts[2]).toMatch(/井盖倾斜.*倾角 > 44 °.*cover-2/s)
    await expectAccessible(page)
    await page.getByText('规则阈值').first().click()
    await expect.poll(() => page.url(), LONG).toContain('thresholds=hide')
    await expect.poll(() => list.count(), LONG).toBe(0)

    // A line is left away from the picture and not from the view.
    const eye = page.getByRole('button', { name: '显示曲线 cover-2 · 倾角' })
    await eye.click()
    await expect.poll(() => eye.getAttribute('aria-pressed'), LONG).toBe('false')
    expect(page.url()).toContain('hide=cover-2')
    expect(await page.locator('.legend li').count()).toBe(3)
    await eye.click()
    await expect.poll(() => page.url(), LONG).not.toContain('hide=cover-2')
    expect(console.browser.faults).toEqual([])
    await page.close()
  })

  test('a minute of a lid in fifteen hours is told as what it was', async () => {
    const now = console.city.clock.now()
    const [from, to] = [now - 15 * HOUR_MS, now].map((at) => new Date(at).toISOString())
    const address = `/charts?line=cover-3~lid_open&from=${from}&to=${to}&view=table`
    const page = await console.signIn('engineer', { locale: 'en', theme: 'light' }, address)
    page.setDefaultTimeout(45_000)
    await expect
      .poll(() => page.locator('.legend li').innerText(), LONG)
      .toMatch(/least no.*mean yes 0.1%.*greatest yes.*readings 900/s)
    const mixed = page.getByRole('row').filter({ hasText: 'yes 1' })
    await expect.poll(() => mixed.count(), LONG).toBe(1)
    await page.close()
  })

  test('twenty-four lines are drawn, and more are refused with the reason', async () => {
    const channels = ['tilt_deg', 'level_mm', 'ch4_pct_lel', 'h2s_ppm', 'vibration_count']
    channels.push('temperature_celsius', 'battery_pct', 'lid_open')
    const all = ['cover-1', 'cover-2', 'cover-3'].flatMap((id) =>
      channels.map((channel) => `line=${id}~${channel}`),
    )
    const some = all.filter((line) => !/cover-3~(tilt|lid)/.test(line))
    const first = `/charts?${some.join('&')}&line=cover-9~tilt_deg`
    const page = await console.signIn('engineer', {}, first)
    page.setDefaultTimeout(45_000)
    const legend = page.locator('.legend li')
    await expect.poll(() => legend.count(), LONG).toBe(23)
    const looks = await page
      .locator('.legend .swatch line')
      .evaluateAll((lines) => lines.map((line) => line.outerHTML))
    expect(new Set(looks).size).toBe(23)
    await page.getByRole('combobox', { name: '查找设备' }).click()
    await page.keyboard.type('cover-3')
    await page.getByRole('option', { name: /三号井盖/ }).click()
    // The first channel is chosen already; together they are one too many.
    const lid = page.getByRole('option', { name: '井盖开启' })
    await page.locator('.picker .channels').click()
    await lid.click()
    await page.getByRole('button', { name: '添加曲线' }).click()
    await page.getByText('最多同时显示 24 条曲线，超出 1 条').waitFor()
    await page.locator('.picker .channels').click()
    await lid.click()
    await page.getByRole('button', { name: '添加曲线' }).click()
    await expect.poll(() => legend.count(), LONG).toBe(24)
    await page.goto(`/charts?${all.join('&')}&line=cover-9~tilt_deg&line=cover-9~level_mm`)
    await page.getByText('链接中有 26 条曲线，只显示前 24 条').waitFor()
    await expectAccessible(page)
    expect(console.browser.faults).toEqual([])
    await page.close()
  })
})

const TILTED = `
id: cover-tilted
kind: manhole-cover
title: { en: cover tilted, zh: 井盖倾斜 }
source: our default
params: { angle_deg: { default: 30.0, unit: deg, min: 1, max: 90 } }
when: tilt_deg > params.angle_deg
hold: 10s
clear: tilt_deg < 5.0
severity: warning
outcome: { case: none }
`

function lengthOf(url: string): number {
  const { searchParams } = new URL(url)
  return Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')
}
