import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seenOf, turnedPhoto } from '#tests/files/turned-photo.ts'
import { askApi } from '#tests/support/service-process.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessibleInBothThemes } from './console-city.ts'

const SIZE = { width: 390, height: 844 }

/** As texts, since they run in the browser. */
const KEPT = `caches.keys().then(async (names) => {
  const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
  return all.flat().map(({ url }) => new URL(url).pathname)
})`
const READY = 'navigator.serviceWorker.ready.then(({ scope }) => new URL(scope).pathname)'
const LEFT = `navigator.serviceWorker.getRegistrations().then(async (all) => ({
  workers: all.length,
  caches: (await caches.keys()).length,
  account: localStorage.getItem('wanmi.phone.account'),
}))`

describe.skipIf(!HAS_BROWSER)('a phone that is out of the network', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  let page: Page
  beforeAll(async () => {
    console = await ConsoleCity.start()
    await console.hire('inspector', ['inspector'])
    page = await console.signIn('inspector', { size: SIZE }, '/m')
    page.setDefaultTimeout(40_000)
  }, 120_000)
  afterAll(() => console.stop())

  test('opens what it keeps, which holds nothing of a person', async () => {
    expect(await page.evaluate(READY)).toBe('/m')
    const kept = await page.evaluate<string[]>(KEPT)
    expect(kept).toContain('/m')
    expect(kept.filter((path) => path.startsWith('/api/'))).toEqual(['/api/v1/console'])
    expect(kept.filter((path) => /maplibre|place-map/.test(path))).toEqual([])
  })

  test('a report is begun in a page that was opened there, is kept, and is sent later', async () => {
    const context = page.context()
    await context.setOffline(true)
    await page.goto('/m/report')
    await page.getByText('没有网络').waitFor()
    await page.getByRole('searchbox').fill('暴露')
    await page.getByRole('button', { name: /暴露生活垃圾/ }).click()
    await page.getByLabel('地址或方位说明').fill('红旗街 12 号门前')
    await page.getByLabel('描述', { exact: true }).fill('路边有一堆生活垃圾')
    const buffer = await turnedPhoto(page)
    await page
      .getByLabel('从相册选择')
      .setInputFiles([{ name: '横拍.jpeg', mimeType: 'image/jpeg', buffer }])
    await page.getByText('待发送').waitFor()
    await page.getByRole('button', { name: '发送上报' }).click()
    await page.getByRole('alert').filter({ hasText: '没有发送成功' }).waitFor()
    await expectAccessibleInBothThemes(page)

    await page.goto('/m')
    await page.getByRole('link', { name: /未发送的上报/ }).click()
    await page.getByText('待发送').waitFor()
    const text = page.getByLabel('描述', { exact: true })
    expect(await text.inputValue()).toBe('路边有一堆生活垃圾')
    await context.setOffline(false)
    await page.getByRole('button', { name: '发送上报' }).click()
    await page.getByText('上报成功').waitFor()

    const [one] = await console.city.cases()
    const { reports } = await askApi<{ reports: readonly { attachments: readonly string[] }[] }>(
      console.city.address,
      `/api/v1/cases/${one?.id}`,
    )
    const [photo] = reports[0]?.attachments ?? []
    expect(await seenOf(page, `/api/v1/attachments/${photo}/content`)).toEqual({
      width: 1_000,
      height: 2_000,
      above: 'red',
      below: 'blue',
    })
  })

  test('whoever signs out leaves neither a page nor a name behind', async () => {
    await page.goto('/m/me')
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.waitForURL('**/sign-in')
    expect(await page.evaluate(LEFT)).toEqual({ workers: 0, caches: 0, account: null })
    expect(console.browser.faults).toEqual([])
  })
})
