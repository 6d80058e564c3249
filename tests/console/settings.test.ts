import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessibleInBothThemes, fillSignIn } from './console-city.ts'

const PLACE = { lon_deg: 111.003, lat_deg: 35.024 }
/** What fails is given up at once. */
const SETTINGS = { WEBHOOK_GIVE_UP_AFTER_S: '0', WEBHOOK_RETRY_FIRST_MS: '1' }

describe.skipIf(!HAS_BROWSER)('the settings', { timeout: 180_000 }, () => {
  let console: ConsoleCity
  let page: Page
  /** Another system, which takes notices or does not. */
  let other: Server
  let answer = 503
  beforeAll(async () => {
    console = await ConsoleCity.start({ settings: SETTINGS })
    await console.hire('zhao', ['administrator', 'engineer'])
    await console.city.send('PUT', '/api/v1/departments/works', { name: '市政处' })
    await console.hire('handler', ['department-handler'], { departmentId: 'works' })
    await console.city.add(['cover-1'], { ...PLACE, label: '井盖1' })
    other = createServer((_request, response) => {
      response.statusCode = answer
      response.end()
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    page = await console.signIn('zhao', {}, '/settings/users')
    page.setDefaultTimeout(45_000)
  }, 120_000)
  afterAll(async () => {
    other.close()
    await console.stop()
  })

  const open = (name: string) =>
    page.getByRole('navigation', { name: '设置项目' }).getByRole('link', { name }).click()
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  test('a user is added, given a password that is shown once, and found in the audit log', async () => {
    await press('新增')
    await page.getByLabel('登录名', { exact: true }).fill('sun.mei')
    await page.getByLabel('姓名').fill('孙梅')
    await page.getByRole('checkbox', { name: '受理员' }).check()
    await page.getByRole('checkbox', { name: '处置员' }).check()
    await press('保存')
    await page.getByText('不能由同一人担任').waitFor()
    await page.getByRole('checkbox', { name: '处置员' }).uncheck()
    await expectAccessibleInBothThemes(page)
    await press('保存')
    await page.getByRole('heading', { name: '孙梅' }).waitFor()
    await page.getByText('未设密码').waitFor()
    await press('重置密码')
    await press('确定')
    const once = page.getByRole('alert', { name: '“sun.mei”的新密码' })
    const password = await once.locator('code').innerText()
    await expectAccessibleInBothThemes(page)
    await once.getByRole('button', { name: '关闭' }).click()
    expect(await page.content()).not.toContain(password)

    const hers = await console.page()
    await hers.goto('/')
    await fillSignIn(hers, 'sun.mei', password)
    await hers.getByLabel('新密码', { exact: true }).waitFor()
    await hers.close()
    await press('停用')
    await page.getByText('当前没有登录').waitFor()
    await page.getByRole('link', { name: '用户', exact: true }).click()
    await page.getByRole('row', { name: /sun\.mei.*受理员.*停用/ }).waitFor()

    await open('审计日志')
    const row = page.getByRole('row', { name: /zhao.*account\.changed/ })
    await row.getByRole('button', { name: '查看' }).click()
    await page.getByRole('row', { name: 'enabled true false', exact: true }).waitFor()
    await expectAccessibleInBothThemes(page)
    await page.getByLabel('结果').selectOption('refused')
    await page.waitForURL(/outcome=refused/)
  })

  test('a holiday is set and taken back, and a limit runs around it', async () => {
    await open('工作日历')
    await page.getByRole('button', { name: '下一年' }).click()
    await page.getByText('节假日尚未录入').first().waitFor()
    await page.getByRole('button', { name: '上一年' }).click()
    await page.getByRole('button', { name: /2026-12-\s?24 周四 工作日/ }).click()
    await page.getByLabel('名称').fill('市庆日')
    await press('设为放假')
    await page.getByText('2026-12-24 已改为“市庆日 · 放假”').waitFor()
    await page.getByLabel(/^起算时间/).fill('2026-12-23T17:00')
    await page.getByLabel('时限', { exact: true }).fill('2')
    await press('计算')
    await page.getByText('截止 2026/12/25 09:00:00').waitFor()
    await expectAccessibleInBothThemes(page)
    await press('撤销')
    await page.getByText('2026-12-24 已改为“工作日”').waitFor()
    await press('计算')
    await page.getByText('截止 2026/12/24 09:00:00').waitFor()
    const file = { name: '2027.csv', mimeType: 'text/csv' }
    const lines = 'date,type,name\n2027-01-01,休,元旦\n2027-01-02,班,元旦\n'
    await page
      .getByLabel('文件', { exact: true })
      .setInputFiles({ ...file, buffer: Buffer.from(lines) })
    await press('试算')
    await page.getByText('试算：2 天新增').waitFor()
    await press('导入')
    await page.getByText('已导入：2 天新增').waitFor()
  })

  test('a policy, a department and a rule of dispatch are changed', async () => {
    await open('分类与立案标准')
    await page.getByRole('searchbox').fill('井盖')
    const condition = page.getByRole('row', { name: /^缺失、移位/ })
    await condition.getByRole('button', { name: '修改策略' }).click()
    await page.getByLabel('设备案件自动立案派遣').selectOption('critical')
    await expectAccessibleInBothThemes(page)
    await press('保存')
    await condition.getByText('本市设定').waitFor()

    await open('部门与派遣规则')
    await press('新增')
    await page.getByLabel('编号').fill('works-east')
    await page.getByLabel('名称').fill('东区养护站')
    await page.getByLabel('上级部门').selectOption('works')
    await press('保存')
    await page.getByRole('row', { name: /东区养护站/ }).waitFor()
    await page.getByLabel('派往').selectOption('works-east')
    await press('新增规则')
    await page.getByRole('row', { name: /不限.*东区养护站.*zhao/ }).waitFor()
    await expectAccessibleInBothThemes(page)
  })

  test('weights that do not make 100 are told where they stand, and what changes before it is saved', async () => {
    await open('评价配置')
    await page.getByText('现行：标准配置（第 0 版）').waitFor()
    await page.locator('summary', { hasText: '部门评价' }).click()
    await page.getByLabel('处置率的权重', { exact: true }).first().fill('40')
    const changes = page.getByRole('region', { name: '保存后的变化' })
    await page.getByText('权重合计为 110，应为 100').waitFor()
    await expectAccessibleInBothThemes(page)
    expect(await changes.getByRole('button', { name: '保存' }).isDisabled()).toBe(true)
    await page.getByLabel('按期处置率的权重', { exact: true }).first().fill('40')
    await changes.getByText('得分 = 40 × 处置率 + 40 × 按期处置率').waitFor()

    // Somebody else is quicker: nothing that was typed here is lost.
    const configuration = { ...DEFAULT_EVALUATION, due: 'filed' }
    const theirs = { basedOn: 0, note: null, configuration }
    await console.city.send('PUT', '/api/v1/evaluation/configuration', theirs)
    await changes.getByLabel('修改原因').fill('处置更要紧')
    await changes.getByRole('button', { name: '保存' }).click()
    await changes.getByText('他人已先保存了第 1 版').waitFor()
    await changes.getByRole('row', { name: /应处置、应结案 周期内立案的 时限在周期内的/ }).waitFor()
    await changes.getByRole('button', { name: '保存' }).click()
    await page.getByRole('row', { name: /^2 zhao .*处置更要紧/ }).waitFor()

    await press('恢复标准配置')
    await changes.getByRole('row', { name: /40 × 处置率.*30 × 处置率/ }).waitFor()
    await changes.getByRole('button', { name: '保存' }).click()
    await page.getByText('现行：第 3 版').waitFor()
    await changes.getByText('没有要保存的变化').waitFor()
  })

  test('another system is told, and what it did not take is sent again', async () => {
    const { port } = other.address() as AddressInfo
    await open('事件订阅')
    await press('新增')
    await page.getByLabel('名称').fill('应急局')
    await page.getByLabel('地址', { exact: true }).fill(`http://127.0.0.1:${port}/wanmi`)
    await expectAccessibleInBothThemes(page)
    await press('保存')
    const secret = page.getByRole('alert', { name: '“应急局”的签名密钥' })
    expect(await secret.locator('code').innerText()).toMatch(/^whsec_/)
    await page.getByRole('link', { name: '应急局' }).click()
    await press('发送测试')
    await page.getByText(/对方没有接收.*503/).waitFor()

    console.city.clock.move(60_000)
    await console.city.report('cover-1', { tilt_deg: 80 })
    await open('事件订阅')
    const dead = page.getByRole('region', { name: '死信' })
    await expect
      .poll(
        async () => {
          await page.reload()
          await dead.locator('p, tbody').last().waitFor()
          return dead.getByRole('button', { name: '重新推送' }).count()
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0)
    answer = 204
    await page.getByRole('link', { name: '应急局' }).click()
    await press('重新推送全部死信')
    await expect
      .poll(
        async () => {
          await page.reload()
          await page.locator('tbody tr').first().waitFor()
          return page.getByRole('row', { name: /已送达/ }).count()
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0)
    await expectAccessibleInBothThemes(page)
  })

  test('how the system is, what roles may do and where the grids are stand in pages of their own', async () => {
    await open('系统健康')
    await page.getByText('正在接收数据').waitFor()
    await page.getByRole('row', { name: /database.*PostgreSQL/ }).waitFor()
    await expectAccessibleInBothThemes(page)
    await open('角色')
    const role = page.getByRole('row', { name: /监督员.*督查侧/ })
    await role.getByRole('button').click()
    await page.getByText('POST /api/v1/reports').waitFor()
    await expectAccessibleInBothThemes(page)
    await open('区域与网格')
    await page.getByText('没有责任网格').waitFor()
    await expectAccessibleInBothThemes(page)
    await page.close()

    const handler = await console.signIn('handler', {}, '/settings/departments')
    await handler.getByRole('row', { name: /东区养护站 works-east/ }).waitFor()
    const list = handler.getByRole('navigation', { name: '设置项目' })
    expect(await list.innerText()).toBe(
      '角色\n区域与网格\n部门与派遣规则\n工作日历\n分类与立案标准\n评价配置',
    )
    expect(await handler.getByRole('button', { name: '新增', exact: true }).count()).toBe(0)
    await handler.goto('/settings/users')
    await handler.getByText('当前账号无权查看').waitFor()
    await expectAccessibleInBothThemes(handler)
    expect(console.browser.faults).toEqual([])
  })
})
