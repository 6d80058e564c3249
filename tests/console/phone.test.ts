import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SAMPLES } from '#tests/files/media-samples.ts'
import { askApi } from '#tests/support/service-process.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessibleInBothThemes, fillSignIn } from './console-city.ts'

const SIZE = { width: 390, height: 844 }
const PLACE = { longitude: 111.003, latitude: 35.024 }
const GRID = '140802001001001'
const photo = (name: string) => ({ name, mimeType: 'image/png', buffer: SAMPLES['image/png'] })

interface Report {
  readonly attachments: readonly string[]
}
interface Found {
  readonly id: string
  readonly state: string
  readonly gridCode: string
  readonly reports: readonly Report[]
  readonly events: readonly { readonly type: string; readonly detail: Partial<Report> }[]
}

describe.skipIf(!HAS_BROWSER)('an inspector with a phone', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  let page: Page
  beforeAll(async () => {
    console = await ConsoleCity.start({ hasMaps: true })
    await console.hire('inspector', ['inspector'])
    await console.hire('acceptor', ['acceptor'])
    const [west, south] = [PLACE.longitude - 0.001, PLACE.latitude - 0.001]
    const ring = [
      [west, south],
      [west + 0.002, south],
      [west + 0.002, south + 0.002],
      [west, south + 0.002],
      [west, south],
    ]
    await console.city.send('POST', '/api/v1/grids', {
      code: GRID,
      district: '盐湖区',
      street: '中城街道',
      community: '红旗社区',
      geometry: { type: 'Polygon', coordinates: [ring] },
    })
    page = await console.signIn('inspector', { size: SIZE }, '/m/report')
    page.setDefaultTimeout(40_000)
  }, 120_000)
  afterAll(() => console.stop())

  const only = async (): Promise<Found> => {
    const all = await console.city.cases()
    expect(all).toHaveLength(1)
    return askApi<Found>(console.city.address, `/api/v1/cases/${all[0]?.id}`)
  }

  test('reports with photos and a place, through all that goes wrong, and once', async () => {
    await page.getByRole('searchbox').fill('暴露')
    await page.getByRole('button', { name: /暴露生活垃圾/ }).click()
    const choosing = page.getByLabel('从相册选择')
    await choosing.setInputFiles([photo('一.png'), photo('二.png')])
    await page.getByRole('button', { name: '用手机定位' }).click()
    await page.getByText('浏览器未允许定位').waitFor()
    const place = page.getByLabel(/^经纬度/)
    await place.fill('111.2，35.2')
    await place.press('Tab')
    await page.getByText('不在您可见的任何单元网格内').waitFor()
    await page.context().grantPermissions(['geolocation'])
    await page.context().setGeolocation({ ...PLACE, accuracy: 8 })
    await page.getByRole('button', { name: '用手机定位' }).click()
    await page.getByText('手机定位，误差约 8 米').waitFor()
    await page.getByText(`单元网格 ${GRID}`).waitFor()
    await page.getByLabel('描述', { exact: true }).fill('路边有一堆生活垃圾')

    await page.context().setOffline(true)
    await page.getByText('没有网络').waitFor()
    await page.getByRole('button', { name: '发送上报' }).click()
    await page.getByRole('alert').filter({ hasText: '没有发送成功' }).waitFor()
    await page.context().setOffline(false)
    await page.reload()
    await expect.poll(() => page.getByText('待发送').count(), { timeout: 20_000 }).toBe(2)
    expect(await page.getByLabel('描述', { exact: true }).inputValue()).toBe('路边有一堆生活垃圾')
    await page.getByText(`单元网格 ${GRID}`).waitFor()
    await expectAccessibleInBothThemes(page)

    // The session is over, and then the answer is lost on the way.
    await page.context().clearCookies()
    await page.route(
      '**/api/v1/reports',
      async (route) => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )
    await page.getByRole('button', { name: '发送上报' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessibleInBothThemes(page)
    await fillSignIn(page, 'inspector')
    await page.getByRole('alert').filter({ hasText: '没有发送成功' }).waitFor()
    expect(await page.getByText('已上传').count()).toBe(2)
    await page.getByRole('button', { name: '发送上报' }).click()
    await page.getByText('没有重复上报').waitFor()
    const { gridCode, reports } = await only()
    expect(gridCode).toBe(GRID)
    expect(reports.map(({ attachments }) => attachments.length)).toEqual([2])
  })

  test('sees what is asked and how far it is, and checks it with a photo', async () => {
    const { id } = await only()
    const acceptor = await console.signIn('acceptor', {}, '/cases')
    const inspectorId = await ownId(page)
    const status = await acceptor.evaluate(
      async ({ address, body }) => {
        const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
        const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
        return (await fetch(address, { method: 'POST', headers, body })).status
      },
      {
        address: `/api/v1/cases/${id}/ask-pre-verification`,
        body: JSON.stringify({ inspectorId }),
      },
    )
    expect(status).toBe(200)
    await acceptor.close()

    await page.getByRole('link', { name: '任务' }).click()
    const task = page.getByRole('link', { name: /暴露生活垃圾/ })
    // The browser tells its place only after the list is drawn.
    await expect.poll(async () => task.innerText()).toMatch(/核实[\s\S]*剩余[\s\S]*0 米/)
    await expectAccessibleInBothThemes(page)
    await task.click()
    await page.getByText('请到现场核实').waitFor()
    const map = page.getByRole('link', { name: '用地图应用打开' })
    expect(await map.getAttribute('href')).toMatch(/^geo:35\.024000,111\.003000/)
    const form = page.getByRole('form', { name: '核实' })
    await form.getByLabel('属实', { exact: true }).check()
    await form.getByLabel('拍照').setInputFiles([photo('现场.png')])
    await form.getByRole('button', { name: '提交核实' }).click()
    await form.getByText('请填写此项').waitFor()
    await expectAccessibleInBothThemes(page)
    await form.getByLabel('说明').fill('属实，约两立方米')
    await form.getByRole('button', { name: '提交核实' }).click()
    await page.getByText('核实已提交').waitFor()
    const { state, events } = await only()
    expect(state).toBe('accepted')
    const told = events.find(({ type }) => type === 'pre-verified')
    expect(told?.detail.attachments).toHaveLength(1)

    const small = await page.evaluate(SMALL)
    expect(small).toEqual([])
    await page.getByRole('link', { name: '我的' }).click()
    await page.getByText('关于本机保存的内容').waitFor()
    await expectAccessibleInBothThemes(page)
    expect(console.browser.faults).toEqual([])
  })
})

const ownId = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const view = (await (await fetch('/api/v1/session')).json()) as { accountId: string }
    return view.accountId
  })

/** What is too small for a finger. */
const SMALL = `[...document.querySelectorAll('button, .bar a, input:not([type=radio], .w-sr-only)')]
  .map((each) => ({ name: each.textContent, box: each.getBoundingClientRect() }))
  .filter(({ box }) => box.height > 0 && box.height < 44)
  .map(({ name }) => name)`
