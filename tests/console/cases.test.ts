import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible, fillSignIn } from './console-city.ts'

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

const IDS = ['cover-1', 'cover-2']
const PLACE = { lon_deg: 111.003, lat_deg: 35.024 }

describe.skipIf(!HAS_BROWSER)('cases', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start({ 'cover-tilted': TILTED })
    const { city } = console
    await city.send('PUT', '/api/v1/departments/water', { name: '供水公司' })
    await city.send('PUT', '/api/v1/departments/roads', { name: '市政处' })
    await city.add(['terminal-1'], {}, 'patrol-terminal')
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
    expect(await city.cases()).toHaveLength(2)
  }, 120_000)
  afterAll(() => console.stop())

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
    await expect.poll(() => rows.count(), LONG).toBe(2)
    expect(await rows.first().innerText()).toContain('待受理')
    expect(await rows.first().innerText()).toContain('剩余')
    await expectAccessible(page)
    await page.getByRole('searchbox').fill('没有这个')
    await page.keyboard.press('Enter')
    await page.getByText('没有符合条件的案件').waitFor()
    expect(new URL(page.url()).searchParams.get('text')).toBe('没有这个')
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByLabel('视图名称').fill('空的')
    await page.getByRole('button', { name: '保存当前筛选' }).click()
    await page.goto('/cases?severity=critical&stage=collected')
    await expect.poll(() => rows.count(), LONG).toBe(2)
    const file = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 CSV' }).click()
    expect((await file).url()).toContain('severity=critical')
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByRole('button', { name: '空的', exact: true }).click()
    await page.getByText('没有符合条件的案件').waitFor()
  })

  test('a heap of cases is done at once, and each says how it went', async () => {
    const page = await console.signIn('acceptor', { locale: 'en', theme: 'light' }, '/cases')
    await page.locator('thead .tick').click()
    const bulk = page.getByRole('region', { name: '2 chosen' })
    await bulk.getByRole('button', { name: 'Accept', exact: true }).click()
    await bulk.locator('button[type=submit]').click()
    await page.getByText('2 done, 0 failed').waitFor()
    await expect.poll(() => page.locator('tbody').innerText(), LONG).not.toContain('to accept')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Board' }).click()
    const column = page.getByRole('region', { name: /case set up/ })
    await expect.poll(() => column.getByRole('link').count(), LONG).toBe(2)
    await expectAccessible(page)
  })

  test('a case is filed, dispatched, handled, checked and closed by those whose turn it is', async () => {
    // It hears of nothing by itself, so that what it shows gets old.
    const officer = await console.page()
    await officer.route('**/api/v1/live*', (route) => route.abort())
    await officer.goto('/cases')
    await fillSignIn(officer, 'duty-officer')
    await officer.locator('tbody a').first().click()
    await officer.getByText('规则“井盖倾斜”判定异常').waitFor()
    await officer.getByText('条件须持续 2分').waitFor()
    await officer.getByRole('img', { name: /cover-\d/ }).waitFor()
    await expectAccessible(officer)
    const path = new URL(officer.url()).pathname

    // A letter opens the form; what another did meanwhile is told, and what was typed is kept.
    await officer.keyboard.press('f')
    await officer.getByLabel(/^意见/).fill('现场照片清楚，立案')
    const acceptor = await console.signIn('acceptor', {}, path)
    await act(acceptor, '备注', '已电话核实')
    await officer.getByRole('button', { name: '确定立案' }).click()
    const told = officer.getByRole('alert').filter({ hasText: '案件已有变化' })
    await told.waitFor()
    expect(await told.innerText()).toContain('备注（acceptor')
    expect(await officer.getByLabel(/^意见/).inputValue()).toBe('现场照片清楚，立案')
    await officer.getByRole('button', { name: '确定立案' }).click()
    await officer.getByText('立案已完成').waitFor()

    const dispatcher = await console.signIn('dispatcher', {}, path)
    const actions = dispatcher.getByRole('region', { name: '可执行的操作' })
    await actions.getByRole('button', { name: '派遣', exact: true }).waitFor()
    await dispatcher.keyboard.press('d')
    await actions.getByRole('combobox').click()
    await dispatcher.getByRole('option', { name: '供水公司' }).click()
    await actions.getByRole('button', { name: '确定派遣' }).click()
    await actions.getByText('派遣已完成').waitFor()

    const handler = await console.signIn('handler', { theme: 'light' }, path)
    await act(handler, '开始处置')
    await handler.getByRole('button', { name: '反馈', exact: true }).click()
    await handler.getByRole('button', { name: '确定反馈' }).click()
    await handler.getByText('请填写此项').waitFor()
    await expectAccessible(handler)
    await act(handler, '反馈', '井盖已复位')

    // The terminal says that its inspector is out.
    await console.city.report('terminal-1', { lon_deg: PLACE.lon_deg, lat_deg: PLACE.lat_deg })
    await act(acceptor, '派核查')
    const inspector = await console.signIn('inspector', {}, path)
    const found = inspector.getByRole('region', { name: '可执行的操作' })
    await found.getByRole('button', { name: '核查', exact: true }).click()
    await found.getByText('通过', { exact: true }).click()
    await act(inspector, '核查', '已恢复原位')
    await officer.reload()
    await act(officer, '结案')
    await officer
      .getByText('您的角色没有可执行的操作')
      .or(officer.getByText('重开'))
      .first()
      .waitFor()
    const timeline = await officer.locator('.timeline').innerText()
    for (const who of ['acceptor', 'duty-officer', 'dispatcher', 'handler', 'inspector']) {
      expect(timeline).toContain(`${who}（`)
    }
    expect(console.browser.faults).toEqual([])
  })
})
