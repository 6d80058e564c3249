import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { square } from '#tests/registry/registry-fixture.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible } from './console-city.ts'

/** The machine may be busy with other things. */
const LONG = { timeout: 45_000 }
const LAT = 35.025
const DEGREE_M = 111_195 * Math.cos((LAT * Math.PI) / 180)
const eastOf = (metres: number): number => 111.0001 + metres / DEGREE_M

/** Where maps are drawn by software a small one is drawn sooner. */
const SIZE = { width: 1_000, height: 640 }
const LASTS_MS = 1_400_000
/** Of China. */
const dayOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

/** Drives two kilometres, stands for five minutes, is not heard for ten, drives on. */
function motion(second: number): { east_m: number; speed_kmh: number } | null {
  if (second <= 200) return { east_m: second * 10, speed_kmh: 36 }
  if (second <= 500) return { east_m: 2_000, speed_kmh: 0 }
  if (second < 1_100) return null
  return { east_m: 3_700 + (second - 1_100) * 10, speed_kmh: 72 }
}

describe.skipIf(!HAS_BROWSER)('vehicles and terminals', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  let start: number
  beforeAll(async () => {
    console = await ConsoleCity.start({ hasMaps: true })
    const { city } = console
    for (const index of [0, 1, 2, 3, 4]) {
      const grid = square(`14080200100100${index + 1}`, 11_100 + index, 3_502)
      await city.send('POST', '/api/v1/grids', grid)
    }
    const part = (serial: number, address: string, metres: number) =>
      city.send('POST', '/api/v1/parts', {
        id: `140802030500000${serial}`,
        name: '垃圾箱',
        address,
        lon_deg: eastOf(metres),
        lat_deg: LAT,
      })
    await part(1, '停车处', 2_010)
    await part(2, '无人处', 1_000)
    const truck = { label: '晋M·H0001', reportingInterval_s: 10 }
    await city.add(['truck-1'], truck, 'refuse-truck')
    await city.add(['terminal-1'], { label: '一号城管通' }, 'patrol-terminal')
    await console.hire('duty', ['duty-officer'])
    await console.hire('dispatcher', ['dispatcher'])
    const now = city.clock.now()
    // All of it on one day.
    const isOverMidnight = dayOf(now - LASTS_MS) !== dayOf(now)
    start = Math.floor((now - LASTS_MS * (isOverMidnight ? 2 : 1)) / 1_000) * 1_000
    const readings = Array.from({ length: 131 }, (_, index) => index * 10).flatMap((second) => {
      const where = motion(second)
      if (where === null) return []
      return {
        measuredAt: start + second * 1_000,
        lon_deg: eastOf(where.east_m),
        lat_deg: LAT,
        speed_kmh: where.speed_kmh,
      }
    })
    await city.publish('truck-1', readings)
  }, 120_000)
  afterAll(() => console.stop())

  /** A span and not a day, so that midnight makes no difference. */
  const span = () =>
    `from=${new Date(start).toISOString()}&to=${new Date(start + LASTS_MS).toISOString()}`

  test('a track is replayed on map and timeline, with its stop and its gap', async () => {
    const page = await console.signIn('duty', { size: SIZE }, `/vehicles?${span()}`)
    page.setDefaultTimeout(45_000)
    await page.getByRole('button', { name: '晋M·H0001' }).click()
    const facts = page.getByRole('region', { name: '晋M·H0001' })
    await facts.getByText('停留 4分50秒').waitFor()
    expect(await facts.getByText('中断 10分').count()).toBe(1)
    await page.getByRole('img', { name: /晋M·H0001 的速度/ }).waitFor()
    await expectAccessible(page)

    const player = page.getByRole('region', { name: /轨迹回放/ })
    const scrubber = player.getByRole('slider', { name: '回放时间' })
    const at = async (): Promise<number> => Number(await scrubber.inputValue())
    expect(await at()).toBe(start)
    await player.getByLabel('播放速度').selectOption({ label: '300 倍' })
    await player.getByRole('button', { name: '播放' }).click()
    await expect.poll(at, LONG).toBeGreaterThan(start + 60_000)
    await player.getByRole('button', { name: '暂停' }).click()
    await player.getByRole('button', { name: '播放' }).waitFor()
    const paused = await at()
    await scrubber.focus()
    await page.keyboard.press('ArrowRight')
    expect(await at()).toBe(Math.min(paused + 30_000, start + 1_300_000))

    // In the gap the place is not known; in the stop it is said that it stands.
    await facts.getByRole('button', { name: /中断/ }).click()
    await page.keyboard.press('ArrowRight')
    await scrubber.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => player.locator('output').innerText(), LONG).toContain('位置未知')
    await facts.getByRole('button', { name: /停留/ }).click()
    await expect.poll(() => player.locator('output').innerText(), LONG).toContain('停留中')
    expect(await scrubber.getAttribute('aria-valuetext')).toContain('停留中')
    expect(console.browser.faults).toEqual([])
    await page.close()
  })

  test('what a day covered is told in shares, on the map and in lists', async () => {
    const day = dayOf(start)
    const look = { locale: 'en', theme: 'light', size: SIZE } as const
    const page = await console.signIn('duty', look, `/vehicles?view=coverage&day=${day}`)
    page.setDefaultTimeout(45_000)
    const coverage = page.getByRole('region', { name: 'Coverage' })
    await coverage.getByText('1 of 2').waitFor()
    await expectAccessible(page)
    await coverage.getByRole('button', { name: 'Points missed' }).click()
    await coverage.getByRole('button', { name: '无人处' }).waitFor()
    await coverage.getByRole('button', { name: 'Points collected' }).click()
    const row = coverage.getByRole('row').filter({ hasText: '停车处' })
    expect(await row.innerText()).toContain('晋M·H0001')
    // It lies in the gap.
    await coverage.getByRole('button', { name: 'Grids missed' }).click()
    await coverage.getByText('140802001001004').waitFor()
    await coverage.getByRole('button', { name: 'By vehicle' }).click()
    await coverage.getByRole('button', { name: '晋M·H0001' }).click()
    await page.getByRole('region', { name: '晋M·H0001' }).waitFor()
    expect(console.browser.faults).toEqual([])
    await page.close()
  })

  test('where a person was is not shown to everybody', async () => {
    const path = '/vehicles?kind=patrol-terminal&device=terminal-1'
    const page = await console.signIn('dispatcher', { size: SIZE }, path)
    page.setDefaultTimeout(45_000)
    await page.getByRole('button', { name: '一号城管通' }).waitFor()
    await page.getByText('当前账号无权查看').waitFor()
    expect(console.browser.faults).toEqual([])
    await page.close()
  })
})
