import { readFile } from 'node:fs/promises'
import { connectAsync } from 'mqtt'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { telemetryTopic } from '#model/topic.ts'
import { HAS_BROWSER } from './browser.ts'
import {
  ConsoleCity,
  expectAccessible,
  expectAccessibleInBothThemes,
  expectColoursAccessible,
} from './console-city.ts'
import { csv, FAULTY, MENDED } from './device-files.ts'

const PLACE = { lon_deg: 111.003, lat_deg: 35.024 }
const PART = '1408020102000001'
const GRID = '140802001001001'
const FAR_GRID = '140830001001001'
const AROUND = [
  [111, 35.02],
  [111.01, 35.02],
  [111.01, 35.03],
  [111, 35.03],
  [111, 35.02],
]

/** The machine may be busy with other things. */
const LONG = { timeout: 30_000 }
const MINUTE_MS = 60_000

const textOf = async (file: Download): Promise<string> => readFile(await file.path(), 'utf8')

/** As it is, and in the other theme, which somebody chooses and which stays. */
async function expectAccessibleInBoth(page: Page): Promise<void> {
  await expectAccessible(page)
  await page
    .getByRole('button', { name: /切换到.*色|Switch to the/ })
    .first()
    .click()
  await expectColoursAccessible(page)
}

describe.skipIf(!HAS_BROWSER)('devices and parts', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start()
    const { city } = console
    const geometry = { type: 'Polygon', coordinates: [AROUND] }
    const grid = { code: GRID, district: '盐湖区', street: '中城街道', community: '红旗社区' }
    await city.send('POST', '/api/v1/grids', { ...grid, geometry })
    await city.send('POST', '/api/v1/parts', { id: PART, name: '污水井盖', ...PLACE })
    await city.add(['cover-1', 'cover-2'], { ...PLACE, partId: PART })
    await city.report('cover-1', { tilt_deg: 80, battery_pct: 12 })
    await console.hire('engineer', ['engineer'])
    await console.hire('officer', ['acceptor', 'duty-officer'])
  }, 120_000)
  afterAll(() => console.stop(), 120_000)

  /** Where maps are drawn by software everything takes its time. */
  async function enter(login: string, path: string, look: object = {}): Promise<Page> {
    const page = await console.signIn(login, look, path)
    page.setDefaultTimeout(45_000)
    return page
  }

  test('a device is found by what is the matter with it, and its secret is renewed and shown once', async () => {
    const page = await enter('engineer', '/devices')
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count(), LONG).toBe(2)
    await page.getByRole('button', { name: /电量低 1/ }).click()
    await expect.poll(() => rows.count(), LONG).toBe(1)
    expect(new URL(page.url()).searchParams.get('trouble')).toBe('low-battery')
    const row = await rows.first().innerText()
    for (const said of ['紧急', '12 %', '在线']) expect(row).toContain(said)
    await expectAccessibleInBoth(page)
    await page.getByRole('link', { name: 'cover-1' }).click()
    const health = page.getByRole('region', { name: '运行状况' })
    await health.getByText('12 %').waitFor()
    await page.getByRole('link', { name: PART }).waitFor()
    await page.getByRole('heading', { name: '相关案件' }).waitFor()
    await expectAccessibleInBoth(page)

    // By keys alone: it opens and closes, and the focus is where it was.
    const edit = page.getByRole('button', { name: '编辑' })
    const form = page.getByRole('dialog', { name: '编辑设备 cover-1' })
    await edit.press('Enter')
    await form.waitFor()
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'hidden' })
    await expect.poll(() => page.locator(':focus').innerText(), LONG).toBe('编辑')
    await page.keyboard.press('Enter')
    await form.getByLabel('名称', { exact: true }).press('Escape')
    await form.waitFor({ state: 'hidden' })
    await expect.poll(() => page.locator(':focus').innerText(), LONG).toBe('编辑')
    await edit.press('Enter')
    await form.waitFor()
    await form.getByLabel('名称', { exact: true }).fill('人民路1号井')
    await form.getByLabel('属性').fill('medium=污水\nDN=300')
    await form.getByRole('button', { name: '保存' }).click()
    await form.getByRole('alert').filter({ hasText: 'DN=300' }).waitFor()
    await expectAccessibleInBothThemes(page)
    await form.getByLabel('属性').fill('medium=污水\ndn_mm=300')
    await form.getByRole('button', { name: '保存' }).click()
    await page.getByRole('heading', { name: '人民路1号井' }).waitFor()
    const device = await console.city.send<{ attributes: object }>(
      'PATCH',
      '/api/v1/devices/cover-1',
      {},
    )
    expect(device.attributes).toEqual({ medium: '污水', dn_mm: 300 })

    await page.getByRole('button', { name: '更换密钥' }).click()
    const sure = page.getByRole('dialog').getByRole('button', { name: '更换密钥' })
    await sure.waitFor()
    await expectAccessibleInBothThemes(page)
    await sure.click()
    const secret = page.getByRole('dialog', { name: '设备 cover-1 的接入密钥' })
    await secret.getByText('只在此处显示一次').waitFor()
    await expectAccessibleInBothThemes(page)
    expect((await secret.locator('.secret').innerText()).length).toBeGreaterThan(20)
    await secret.getByRole('button', { name: '我已保存，关闭' }).click()
    await secret.waitFor({ state: 'detached' })
    await expect.poll(() => page.locator(':focus').innerText(), LONG).toBe('更换密钥')
    await page.close()
  })

  test('a file with faults is mended by its report, and what was refused later is run again', async () => {
    const page = await enter('engineer', '/imports')
    await page.locator('input[type=file]').setInputFiles(csv(FAULTY))
    await page.getByRole('button', { name: '仅检查' }).click()
    const report = page.getByRole('region', { name: '逐行报告' }).first()
    await report.getByText('1 行可导入，3 行有问题，尚未写入').waitFor()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await report.getByText('未导入任何内容：4 行中有 3 行有问题').waitFor()
    const lines = await report.locator('tbody tr').allInnerTexts()
    expect(lines.map((line) => line.split(/\s+/).slice(0, 4))).toEqual([
      ['3', 'new-2', 'kind', '设备类型不存在'],
      ['4', 'new-3', '–', '经纬度颠倒'],
      ['5', 'new-1', '–', '文件内重复'],
    ])
    await expectAccessibleInBoth(page)
    const saving = page.waitForEvent('download')
    await report.getByRole('button', { name: '下载报告 CSV' }).click()
    expect(await textOf(await saving)).toContain('4,new-3,,经纬度颠倒,')

    await page.locator('input[type=file]').setInputFiles(csv(MENDED))
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await report.getByText('已导入 2 行').waitFor()
    // Whoever leaves without the secrets is asked first.
    await page.getByRole('link', { name: '隔离区' }).click()
    const stay = page.getByRole('button', { name: '留在本页' })
    await stay.waitFor()
    await expectAccessibleInBothThemes(page)
    await stay.click()
    await expect.poll(() => page.locator(':focus').innerText(), LONG).toBe('隔离区')
    const keeping = page.waitForEvent('download')
    await page.getByRole('button', { name: '下载密钥 CSV' }).click()
    const [, first = ''] = (await textOf(await keeping)).split('\r\n')
    const [username = '', password = ''] = first.split(',')
    expect(username).toBe('new-1')
    await page.getByRole('button', { name: '已妥善保存，从本页清除' }).click()
    expect(await page.getByText(password).count()).toBe(0)

    const client = await connectAsync(console.city.service.mqttUrls[0] ?? '', {
      username,
      password,
    })
    const measuredAt = console.city.clock.now() + 20 * MINUTE_MS
    for (const payload of ['{ no JSON', JSON.stringify({ measuredAt, tilt_deg: 1 })]) {
      await client.publishAsync(telemetryTopic(username), payload, { qos: 1 })
    }
    await client.endAsync()

    const book = await writeXlsxFile([
      [{ value: 'id' }, { value: 'kind' }, { value: 'secret' }],
      [{ value: 'book-1' }, { value: 'bin-sensor' }, { value: 'one of ours' }],
      [{ value: 'book-2' }, { value: 'kite' }],
    ]).toBuffer()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: '设备.xlsx', mimeType: '', buffer: book })
    await page.getByRole('button', { name: '仅检查' }).click()
    await report.getByText('1 行可导入，1 行有问题，尚未写入').waitFor()
    await page.getByText('有问题的行跳过，其余照常导入').click()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await report.getByText('已导入 1 行，跳过 1 行').waitFor()

    await page.getByRole('link', { name: '隔离区' }).click()
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count(), LONG).toBe(2)
    await rows.filter({ hasText: '不是 JSON' }).getByRole('button').click()
    const message = page.getByRole('region', { name: '消息内容' })
    await message.getByText('{ no JSON').waitFor()
    await expectAccessibleInBoth(page)
    await message.getByRole('button', { name: '重放' }).click()
    await message.getByText('重放后仍被拒收').waitFor()
    await expect.poll(() => page.locator(':focus').innerText(), LONG).toBe('重放')
    await page.keyboard.press('Escape')
    await message.waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('tbody :focus').count(), LONG).toBe(1)
    // Time goes by, and what was ahead of it is no longer.
    console.city.clock.move(20 * MINUTE_MS)
    await page.getByRole('button', { name: '重放全部筛选结果' }).click()
    const again = page.getByRole('dialog').getByRole('button', { name: '重放', exact: true })
    await again.waitFor()
    await expectAccessibleInBothThemes(page)
    await again.click()
    await page.getByText('处理 2 条，通过 1 条，仍拒收 1 条').waitFor()
    await expect.poll(() => rows.count(), LONG).toBe(1)
    await page.close()
  })

  test('a part is added, and found by its class', async () => {
    const page = await enter('engineer', '/parts', { locale: 'en', theme: 'light' })
    await page.getByRole('button', { name: 'Add a part' }).click()
    const form = page.getByRole('dialog', { name: 'Add a part' })
    await expectAccessibleInBothThemes(page)
    await form.getByLabel('Part code').fill('1408020101000002')
    await form.getByLabel('Name').fill('上水井盖')
    await form.getByLabel('Maintained by').fill('供水公司')
    await form.getByLabel('Longitude').fill(String(PLACE.lon_deg))
    await form.getByLabel('Latitude').fill(String(PLACE.lat_deg))
    await form.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('/parts/1408020101000002')
    await page.getByText(GRID).waitFor()
    await expectAccessibleInBoth(page)
    await page.goto('/parts?class=0102')
    await page.getByRole('link', { name: PART }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    await expectAccessibleInBoth(page)
    await page.close()
  })

  test('how areas and posts do is told with the cases behind each figure, and goes out as a file', async () => {
    const page = await enter('officer', '/evaluation')
    // One who files a case, as the flow has it.
    const [found] = await console.city.cases()
    await page.evaluate(`(async () => {
      const { csrf } = await (await fetch('/api/v1/session')).json()
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
      for (const name of ['accept', 'file']) {
        const sent = await fetch('/api/v1/cases/${found?.id}/' + name, { method: 'POST', headers, body: '{}' })
        if (!sent.ok) throw new Error(await sent.text())
      }
    })()`)
    // What is done now is of the period from the next moment on.
    console.city.clock.move(MINUTE_MS)
    await page.reload()
    const table = page.getByRole('region', { name: '综合评价' }).last()
    const district = table.locator('tbody tr').filter({ hasText: '盐湖区' })
    await district.waitFor()
    // Nothing is due yet: of the 30 that have a value, 20 are for what was filed.
    await expect.poll(() => district.innerText(), LONG).toContain('66.67')
    await page.getByRole('img', { name: /区域评价得分/ }).waitFor()
    await expectAccessibleInBoth(page)
    await district.getByRole('button', { name: '盐湖区', exact: true }).click()
    await page.getByRole('region', { name: '得分构成' }).getByText('上报立案数 ÷ 上报数').waitFor()
    await page.getByText('案件数量').click()
    await district.getByRole('button', { name: '盐湖区，上报数：1 件，查看案件' }).click()
    const cases = page.getByRole('region', { name: '案件明细' }).first()
    await cases.locator(`a[href="/cases/${found?.id}"]`).waitFor()
    expect(new URL(page.url()).searchParams.get('count')).toBe('reports')
    const saving = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 CSV' }).click()
    expect(await textOf(await saving)).toContain('140802,盐湖区,1,')

    await page.getByText('岗位', { exact: true }).click()
    await page.getByRole('combobox', { name: '岗位' }).press('Enter')
    await page.getByRole('option', { name: '值班长' }).click()
    const officer = table.locator('tbody tr').filter({ hasText: 'officer' })
    await officer.waitFor()
    expect(await officer.innerText()).toContain('100')
    await page.getByRole('button', { name: '上一周期' }).click()
    await page.getByText('本周期没有该岗位的人员办理案件').waitFor()
    await expectAccessibleInBoth(page)

    // Another district, and a service that gives one row at a time.
    const names = { district: '芮城县', street: '古魏镇', community: '东关社区' }
    const geometry = { type: 'Polygon', coordinates: [AROUND.map(([x = 0, y]) => [x + 1, y])] }
    await console.city.send('POST', '/api/v1/grids', { code: FAR_GRID, ...names, geometry })
    await console.city.add(['far-1'], { ...PLACE, lon_deg: PLACE.lon_deg + 1 })
    await console.city.report('far-1', { tilt_deg: 80 })
    await expect.poll(async () => (await console.city.cases()).length, LONG).toBe(2)
    console.city.clock.move(MINUTE_MS)
    await page.route('**/api/v1/evaluation/area?*', (route) =>
      route.continue({ url: route.request().url().replace('limit=500', 'limit=1') }),
    )
    await page.goto('/evaluation')
    await page.getByText('已显示 1 行').waitFor()
    expect(await table.getByText('芮城县').count()).toBe(0)
    await page.getByRole('button', { name: '更多' }).click()
    await table.getByRole('button', { name: '芮城县', exact: true }).waitFor()
    expect(await page.getByRole('button', { name: '更多' }).count()).toBe(0)
    expect(console.browser.faults).toEqual([])
  })
})
