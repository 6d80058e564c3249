import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { epochMs, seconds } from '#model/time.ts'
import { runFleet } from '#simulator/fleet/run-fleet.ts'
import { registerCity } from '#simulator/registry/register-city.ts'
import { scenarioOf } from '#simulator/scenario/scenario-of.ts'
import { parseEndpoint } from '#simulator/transport/endpoint.ts'
import { buildCity } from '#simulator/world/city.ts'
import { HandClock } from '#tests/service/living-city.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible } from './console-city.ts'

/** One that goes by itself, as that of the simulated city does. */
class WallClock extends HandClock {
  override now() {
    return epochMs(Date.now())
  }
}

const DISPLACED = `
id: cover-displaced
kind: manhole-cover
title: { en: cover displaced, zh: 井盖移位 }
source: our default
when: tilt_deg > 20
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: '0102' }
`

/** Twelve covers, one of which is truly displaced two seconds after they begin to report. */
const SCENARIO = scenarioOf({
  id: 'one-cover',
  title: { en: 'one cover', zh: '一只井盖' },
  city: { seed: 'one-cover' },
  fleet: { devices: 12, mix: { 'manhole-cover': 1 }, interval: { 'manhole-cover': '2s' } },
  duration: '10m',
  incidents: { scheduled: [{ cause: 'cover-displaced', at: '2s', lasts: '8m' }] },
})

describe.skipIf(!HAS_BROWSER)('a simulated city', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  let page: Page
  const city = buildCity({ ...SCENARIO.fleet, seed: SCENARIO.city.seed })
  beforeAll(async () => {
    const rules = { 'cover-displaced': DISPLACED }
    console = await ConsoleCity.start({ hasMaps: true, rules, clock: new WallClock(epochMs(0)) })
    await console.hire('wang.li', ['duty-officer', 'acceptor'])
    const service = { url: console.city.address.api, token: ADMIN_TOKEN }
    await registerCity(city, { service, interval: () => seconds(2) })
    page = await console.signIn('wang.li')
    await untilDrawn(page)
  }, 120_000)
  afterAll(() => console.stop())

  test('what truly happens in it appears on the map and among the cases by itself', async () => {
    await page.getByText('暂无新案件').waitFor()
    expect(await redOn(page)).toBe(0)
    const run = runFleet({
      scenario: SCENARIO,
      duration: SCENARIO.duration,
      endpoint: parseEndpoint(console.city.service.mqttUrls[0] ?? '', { verified: true }),
      service: null,
    })
    try {
      const news = page.getByRole('region', { name: '最新案件' }).getByRole('link')
      await news.waitFor()
      expect(await news.count()).toBe(1)
      expect(await news.innerText()).toContain('井盖移位')
      const wrong = page.getByRole('heading', { name: '地图范围内的告警设备' }).locator('..')
      await wrong.getByRole('button').waitFor({ timeout: 60_000 })
      await expect.poll(() => redOn(page), POLL).toBeGreaterThan(20)
      await wrong.getByRole('button').click()
      const card = page.getByRole('region', { name: '设备详情' })
      await card.getByRole('link').waitFor()
      const incidents = run.truth().filter((line) => line.type === 'incident')
      expect(incidents).toHaveLength(1)
      expect(incidents[0]).toMatchObject({
        cause: 'cover-displaced',
        deviceIds: [new URL(page.url()).searchParams.get('device')],
      })
      await card.getByRole('button', { name: '关闭' }).click()
    } finally {
      await run.stop()
    }
  })

  test('its streets and pipes are drawn, switched, named and told of', async () => {
    await page.locator(MAP).press('+')
    const layers = page.getByRole('button', { name: '图层' })
    await layers.click()
    await page.getByRole('list', { name: '管线' }).getByText('供水管线').waitFor()
    await expectAccessible(page)
    // Who sees no map or has no mouse finds them in a list.
    const list = page.getByRole('region', { name: '图中的道路和管线' })
    await list.getByRole('textbox').press('Tab')
    const listed = list.getByRole('button').first()
    await listed.focus()
    await page.keyboard.press('Enter')
    const told = page.getByRole('region', { name: '道路或管线', exact: true })
    await told.getByText('长度').waitFor()
    await page.keyboard.press('Escape')
    await told.waitFor({ state: 'detached' })
    await expect.poll(() => list.locator('button:focus').count(), POLL).toBe(1)
    await page.getByText('管线', { exact: true }).click()
    await page.getByText('供水管线').waitFor({ state: 'detached' })
    await layers.click()
    const card = page.getByRole('region', { name: '道路或管线', exact: true })
    await clickUntil(page, card)
    await card
      .getByText('盐湖区')
      .or(card.getByText(/主干路|支路街巷/))
      .first()
      .waitFor()
    await card.getByText('宽度').waitFor()
    await card.getByRole('button', { name: '关闭' }).click()
    // It is kept in the browser.
    expect(await page.evaluate<string>("localStorage.getItem('wanmi.map-layers')")).toContain(
      '"pipes":false',
    )
    expect(console.browser.faults).toEqual([])
  })
})

/** A picture of the map takes its time. */
const POLL = { timeout: 60_000, interval: 1_000 }
const MAP = '.situation .maplibregl-canvas'

const untilDrawn = (page: Page): Promise<void> =>
  page.locator('.situation [data-drawn-at]').waitFor({ state: 'attached' })

/** Streets lie close to each other: a click beside one is moved on until it meets it. */
async function clickUntil(page: Page, found: ReturnType<Page['getByRole']>): Promise<void> {
  const box = await page.locator(MAP).boundingBox()
  if (!box) throw new Error('there is no map')
  for (let step = 0; step < 20; step += 1) {
    await page.mouse.click(box.x + box.width / 2 + step * 6, box.y + box.height / 2 + step * 2)
    if (await found.isVisible()) return
  }
  throw new Error('no street was met')
}

/** How much of the map is in the colour of what is critical, in pixels. */
async function redOn(page: Page): Promise<number> {
  const png = await page.locator(MAP).screenshot()
  // As a text, since it runs in the browser, whose names are not known here.
  return page.evaluate<number>(`(async () => {
    const bytes = Uint8Array.fromBase64(${JSON.stringify(png.toString('base64'))})
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    let red = 0
    for (let at = 0; at < data.length; at += 4) {
      if (Math.abs(data[at] - 255) + Math.abs(data[at + 1] - 122) + Math.abs(data[at + 2] - 117) < 12) red += 1
    }
    return red
  })()`)
}
