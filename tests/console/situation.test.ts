import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible, fillSignIn } from './console-city.ts'

const PLACE = { lon_deg: 111.003, lat_deg: 35.024 }
const IDS = ['cover-1', 'cover-2', 'cover-3']

describe.skipIf(!HAS_BROWSER)('the situation', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start({ hasMaps: true })
    const { city } = console
    await console.hire('wang.li', ['duty-officer', 'acceptor'])
    for (const [index, id] of IDS.entries()) {
      const lon_deg = PLACE.lon_deg + index / 1_000
      await city.add([id], { ...PLACE, lon_deg, label: `井盖${index + 1}` })
    }
    await city.live(60_000, IDS)
  }, 120_000)
  afterAll(() => console.stop())

  test('an open cover shows within seconds, as a device, as a case and among what is wrong', async () => {
    const page = await console.signIn('wang.li')
    await page.getByText('暂无新案件').waitFor()
    await page.getByText('地图范围内没有告警设备').waitFor()
    console.city.clock.move(10_000)
    await console.city.report('cover-2', { tilt_deg: 80 })
    const news = page.getByRole('region', { name: '最新案件' })
    await news.getByRole('link').waitFor()
    expect(await news.getByRole('link').innerText()).toContain('紧急')
    // What is wrong is looked up once for an instant, and may have been for this one, before the report.
    console.city.clock.move(10_000)
    const wrong = page.getByRole('button', { name: /井盖2/ })
    await wrong.waitFor()
    await wrong.click()
    const card = page.getByRole('region', { name: '设备详情' })
    await card.getByText('80 °').waitFor()
    await card.getByRole('link').waitFor()
    expect(new URL(page.url()).searchParams.get('device')).toBe('cover-2')
    await expectAccessible(page)
    await card.getByRole('button', { name: '关闭' }).click()
    await card.waitFor({ state: 'detached' })
    await page.close()
  })

  test('the city is fitted in later where it could not be asked for at once', async () => {
    const page = await console.page()
    let asked = 0
    await page.route(/device-states\?.*bbox=-180/, (route) => {
      asked += 1
      return route.abort()
    })
    await page.goto('/')
    await fillSignIn(page, 'wang.li')
    await page.getByRole('button', { name: /井盖2/ }).waitFor()
    expect(asked).toBe(1)
    await page.close()
  })

  test('it is readable in English on a light ground', async () => {
    const page = await console.signIn('wang.li', { locale: 'en', theme: 'light' })
    await page.getByRole('heading', { name: 'Newest cases' }).waitFor()
    await expectAccessible(page)
    await page.close()
  })

  test('a connection that is lost is said, and found again by itself', async () => {
    const page = await console.signIn('wang.li')
    const sign = page.getByRole('status').filter({ hasText: '实时连接正常' })
    await sign.waitFor()
    await page.context().setOffline(true)
    await page.getByText('正在重连').waitFor()
    await page.context().setOffline(false)
    await sign.waitFor()
    expect(console.browser.faults).toEqual([])
  })
})
