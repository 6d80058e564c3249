import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { CityStaff } from '#tests/service/city-staff.ts'
import { HAS_BROWSER } from './browser.ts'
import {
  ConsoleCity,
  expectAccessible,
  expectAccessibleInBothThemes,
  fillSignIn,
} from './console-city.ts'

/** A rule with a hold, so that there is a span to be drawn. */
const TILTED = `
id: cover-tilted
kind: manhole-cover
title: { en: cover tilted, zh: 井盖倾斜 }
source: our default
when: tilt_deg > 15.0
hold: 2m
clear: tilt_deg < 5.0
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

/** The machine may be busy with other things. */
const LONG = { timeout: 30_000 }

/** The first is left as it is; each test has others of its own. */
const IDS = ['cover-1', 'cover-2', 'cover-3', 'cover-4']
/** A photo of one point. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const PLACE = { lon_deg: 111.003, lat_deg: 35.024 }

describe.skipIf(!HAS_BROWSER)('cases', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  let staff: CityStaff
  const caseOf = new Map<string, string>()
  beforeAll(async () => {
    console = await ConsoleCity.start({ rules: { 'cover-tilted': TILTED } })
    const { city } = console
    await city.send('PUT', '/api/v1/departments/water', { name: '供水公司' })
    await city.send('PUT', '/api/v1/departments/roads', { name: '市政处' })
    await city.add(['terminal-1'], {}, 'patrol-terminal')
    staff = new CityStaff(city)
    await staff.hire('duty-officer', {}, 'night-officer')
    await console.hire('acceptor', ['acceptor'])
    await console.hire('duty-officer', ['duty-officer'])
    await console.hire('dispatcher', ['dispatcher'])
    await console.hire('handler', ['department-handler'], { departmentId: 'water' })
    await console.hire('inspector', ['inspector'], { deviceId: 'terminal-1' })
    for (const [index, id] of IDS.entries()) {
      await city.add([id], { ...PLACE, lat_deg: PLACE.lat_deg + index / 100, label: id })
    }
    await city.live(minutes(2), IDS)
    for (let minute = 0; minute < 4; minute += 1) {
      city.clock.move(60_000)
      city.measure(IDS, { tilt_deg: 30 })
      await city.flush(IDS)
      await city.service.tick()
    }
    for (const { id, deviceId } of await city.cases()) caseOf.set(deviceId, id)
    expect([...caseOf.keys()].toSorted()).toEqual(IDS)
  }, 120_000)
  afterAll(() => console.stop())

  const pathOf = (device: string): string => `/cases/${caseOf.get(device)}`
  const rowOf = (page: Page, device: string) => page.locator(`tr:has(a[href="${pathOf(device)}"])`)

  /** Where maps are drawn by software everything takes its time. */
  async function enter(login: string, look: object, path: string): Promise<Page> {
    const page = await console.signIn(login, look, path)
    page.setDefaultTimeout(45_000)
    return page
  }

  /** Does one of the actions of a case, having typed what it needs. */
  async function act(page: Page, name: string, reason?: string): Promise<void> {
    const actions = page.getByRole('region', { name: '可执行的操作' })
    const send = actions.getByRole('button', { name: `确定${name}` })
    const open = actions.getByRole('button', { name, exact: true })
    await open.waitFor()
    if (!(await send.isVisible())) await open.click()
    if (reason !== undefined) await actions.getByLabel(/^(原因|意见)/).fill(reason)
    await send.click()
    await actions.getByText(`${name}已完成`).waitFor()
  }

  test('the list is narrowed by what stands in the address, and a view is kept by its name', async () => {
    const page = await console.signIn('duty-officer', {}, '/cases')
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count(), LONG).toBe(IDS.length)
    const left = await rowOf(page, 'cover-1').innerText()
    expect(left).toContain('待受理')
    expect(left).toContain('剩余')
    await expectAccessible(page)
    await page.getByRole('searchbox').fill('没有这个')
    await page.keyboard.press('Enter')
    await page.getByText('没有符合条件的案件').waitFor()
    await expectAccessibleInBothThemes(page)
    expect(new URL(page.url()).searchParams.get('text')).toBe('没有这个')
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByLabel('视图名称').fill('空的')
    await page.getByRole('button', { name: '保存当前筛选' }).click()
    await page.goto('/cases?severity=critical&stage=collected')
    await rowOf(page, 'cover-1').waitFor()
    const file = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 CSV' }).click()
    expect((await file).url()).toContain('severity=critical')
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByRole('button', { name: '空的', exact: true }).click()
    await page.getByText('没有符合条件的案件').waitFor()

    // What cannot be had is said, and asked for again by a button.
    await page.route('**/api/v1/cases?*', (route) => route.fulfill({ status: 500, body: '{}' }))
    await page.goto('/cases')
    const again = page.getByRole('alert').getByRole('button')
    await again.waitFor()
    await expectAccessibleInBothThemes(page)
    await page.unroute('**/api/v1/cases?*')
    await again.click()
    await expect.poll(() => rows.count(), LONG).toBe(IDS.length)
  })

  test('what others do is seen without asking, a page at a time, and also where the feed hangs', async () => {
    const page = await console.page()
    page.setDefaultTimeout(45_000)
    await page.clock.install()
    // Of four cases two on a page.
    await page.route('**/api/v1/cases?*', (route) => {
      const address = route.request().url().replace('limit=50', 'limit=2')
      return route.continue({ url: address })
    })
    await page.goto('/cases')
    await fillSignIn(page, 'duty-officer')
    const numbers = page.locator('tbody tr a')
    await expect.poll(() => numbers.count(), LONG).toBe(2)
    const first = await numbers.allInnerTexts()
    await page.getByRole('button', { name: '下一页' }).click()
    await expect.poll(() => numbers.first().innerText(), LONG).not.toBe(first[0])
    const second = await numbers.allInnerTexts()
    expect(new Set([...first, ...second]).size).toBe(IDS.length)
    await page.getByRole('button', { name: '回到第一页' }).click()
    await expect.poll(() => numbers.allInnerTexts(), LONG).toEqual(first)

    // Nothing is heard for a minute: the feed is given up, and another is opened.
    const sign = page.getByRole('status').filter({ hasText: '实时连接' })
    await sign.waitFor()
    const again = page.waitForRequest(/api\/v1\/live/)
    await page.clock.fastForward(60_000)
    await again
    await sign.waitFor()
    // Somebody else marks a case: its row says so by itself.
    const path = await numbers.first().getAttribute('href')
    const id = path?.split('/').at(-1) ?? ''
    await staff.act('night-officer', id, 'mark-key', { isKey: true })
    await page.locator('tbody tr').first().getByText('重点').waitFor()

    // On paper there is the case, and nothing to press.
    await page.goto(pathOf('cover-1'))
    await page.getByRole('button', { name: '打印' }).waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.getByText(/^打印时间/).waitFor()
    expect(await page.getByRole('button', { name: '打印' }).isVisible()).toBe(false)
    expect(await page.getByRole('link', { name: '实时态势' }).count()).toBe(0)
    await page.close()
  })

  test('a heap of cases is done at once, and each says how it went', async () => {
    const page = await enter('acceptor', { locale: 'en', theme: 'light' }, '/cases')
    for (const device of ['cover-2', 'cover-3']) await rowOf(page, device).locator('.tick').click()
    const bulk = page.getByRole('region', { name: '2 chosen' })
    await bulk.getByRole('button', { name: 'Accept', exact: true }).click()
    await expectAccessibleInBothThemes(page)
    await bulk.locator('button[type=submit]').click()
    await page.getByText('2 done, 0 failed').waitFor()
    await expect.poll(() => rowOf(page, 'cover-2').innerText(), LONG).toContain('to file')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Board' }).click()
    const column = page.getByRole('region', { name: /case set up/ })
    await column.locator(`a[href="${pathOf('cover-2')}"]`).waitFor()
    await expectAccessible(page)
    await page.close()

    // Filed by somebody, both are dispatched to one department at once.
    for (const device of ['cover-2', 'cover-3']) {
      await staff.act('night-officer', caseOf.get(device) ?? '', 'file')
    }
    const dispatcher = await enter('dispatcher', {}, '/cases?state=filed')
    await dispatcher.getByLabel('选择本页全部案件').click({ force: true })
    const chosen = dispatcher.getByRole('region', { name: '已选 2 件' })
    await chosen.getByRole('button', { name: '派遣', exact: true }).click()
    await chosen.getByRole('combobox').click({ force: true })
    await dispatcher.getByRole('option', { name: '市政处' }).click()
    await chosen.getByRole('button', { name: '确定派遣' }).click()
    await dispatcher.getByText('2 件成功，0 件失败').waitFor()
    await dispatcher.goto('/cases?state=dispatched')
    await expect
      .poll(() => dispatcher.locator('tbody tr', { hasText: '市政处' }).count(), LONG)
      .toBe(2)
    await dispatcher.close()
  })

  test('a case is filed, dispatched, handled, checked and closed by those whose turn it is', async () => {
    const path = pathOf('cover-4')
    const acceptor = await enter('acceptor', {}, path)
    await act(acceptor, '受理')

    // It hears of nothing by itself, so that what it shows gets old.
    const officer = await console.page()
    officer.setDefaultTimeout(45_000)
    await officer.route('**/api/v1/live*', (route) => route.abort())
    await officer.goto(path)
    await fillSignIn(officer, 'duty-officer')
    await officer.getByText('规则“井盖倾斜”判定异常').waitFor()
    await officer.getByText('条件须持续 2分').waitFor()
    await officer.getByRole('img', { name: /cover-4/ }).waitFor()
    await expectAccessible(officer)

    // A letter opens the form; what another did meanwhile is told, and what was typed is kept.
    await officer.keyboard.press('f')
    await officer.getByLabel(/^意见/).fill('现场照片清楚，立案')
    await act(acceptor, '备注', '已电话核实')
    await officer.getByRole('button', { name: '确定立案' }).click()
    const told = officer.getByRole('alert').filter({ hasText: '案件已有变化' })
    await told.waitFor()
    expect(await told.innerText()).toContain('备注（acceptor')
    expect(await officer.getByLabel(/^意见/).inputValue()).toBe('现场照片清楚，立案')
    await officer.getByRole('button', { name: '确定立案' }).click()
    await officer.getByText('立案已完成').waitFor()
    await officer.close()

    const dispatcher = await enter('dispatcher', {}, path)
    const actions = dispatcher.getByRole('region', { name: '可执行的操作' })
    await actions.getByRole('button', { name: '派遣', exact: true }).waitFor()
    await dispatcher.keyboard.press('d')
    await actions.getByRole('combobox').click()
    await dispatcher.getByRole('option', { name: '供水公司' }).click()
    await actions.getByRole('button', { name: '确定派遣' }).click()
    await actions.getByText('派遣已完成').waitFor()
    await dispatcher.close()

    const handler = await enter('handler', { theme: 'light' }, path)
    await act(handler, '开始处置')
    await handler.getByRole('button', { name: '反馈', exact: true }).click()
    await handler.getByRole('button', { name: '确定反馈' }).click()
    await handler.getByText('请填写此项').waitFor()
    await expectAccessible(handler)
    await act(handler, '反馈', '井盖已复位')
    await handler.close()

    // The terminal says that its inspector is out.
    await console.city.report('terminal-1', { lon_deg: PLACE.lon_deg, lat_deg: PLACE.lat_deg })
    const asked = acceptor.getByRole('region', { name: '可执行的操作' })
    await asked.getByRole('button', { name: '派核查', exact: true }).click()
    await asked.getByRole('combobox', { name: /监督员/ }).click({ force: true })
    await acceptor.getByRole('option', { name: /^inspector · 在岗 · [\d,.]+ m$/ }).click()
    await act(acceptor, '派核查')
    await acceptor.close()
    const inspector = await enter('inspector', {}, path)
    const found = inspector.getByRole('region', { name: '可执行的操作' })
    await found.getByRole('button', { name: '核查', exact: true }).click()
    await found.getByText('通过', { exact: true }).click()
    await found.locator('input[type=file]').setInputFiles({
      name: '复位后.png',
      mimeType: 'image/png',
      buffer: PIXEL,
    })
    await found.getByRole('button', { name: '移除 复位后.png' }).waitFor()
    await act(inspector, '核查', '已恢复原位')
    await inspector.getByRole('link').getByRole('img').first().waitFor()
    await inspector.close()
    const closer = await enter('duty-officer', {}, path)
    await act(closer, '结案')
    await closer.getByRole('button', { name: '重开', exact: true }).waitFor()
    const timeline = await closer.locator('.timeline').innerText()
    for (const who of ['acceptor', 'duty-officer', 'dispatcher', 'handler', 'inspector']) {
      expect(timeline).toContain(`${who}（`)
    }
    expect(console.browser.faults).toEqual([])
  })
})
