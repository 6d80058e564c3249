import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { HAS_BROWSER } from './browser.ts'
import {
  ConsoleCity,
  expectAccessible,
  expectAccessibleInBothThemes,
  fillSignIn,
} from './console-city.ts'

const TILTED = `id: cover-tilted
kind: manhole-cover
title: { en: cover tilted, zh: 井盖倾斜 }
source: our default
params:
  angle_deg: { default: 40, unit: deg, min: 1, max: 90 }
when: tilt_deg > params.angle_deg
hold: 2m
clear: tilt_deg < 5.0
severity: critical
outcome: { case: none }
`
const MILDER = TILTED.replace('default: 40', 'default: 15')
const TESTS = `rule: cover-tilted
tests:
  - name: a cover at twenty degrees is told
    interval: 1m
    series: { tilt_deg: 1x2 20x4 }
    episodes: [{ startedAt: 2m, confirmedAt: 4m }]
`

/** The machine may be busy with other things. */
const LONG_MS = 45_000
const IDS = ['cover-1', 'cover-2']

describe.skipIf(!HAS_BROWSER)('rules', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start({ rules: { 'cover-tilted': TILTED } })
    const { city } = console
    await console.hire('engineer', ['engineer'])
    await console.hire('administrator', ['administrator'])
    await city.add(IDS, { group: 'east' })
    await city.live(minutes(2), IDS)
    // One lies at twenty degrees for a while, the other wide open.
    for (let minute = 0; minute < 6; minute += 1) {
      city.clock.move(60_000)
      city.measure(['cover-1'], { tilt_deg: 20 })
      city.measure(['cover-2'], { tilt_deg: 60 })
      await city.flush(IDS)
      await city.service.tick()
    }
  }, 120_000)
  afterAll(() => console.stop())

  async function enter(login: string, look: object, path: string): Promise<Page> {
    const page = await console.signIn(login, look, path)
    page.setDefaultTimeout(LONG_MS)
    return page
  }

  const inLine = (page: Page, text: string) => page.locator('.cm-line', { hasText: text })
  const tab = (page: Page, name: string) =>
    page.getByRole('navigation', { name: '规则内容' }).getByRole('link', { name })

  test('an engineer edits, backtests and publishes a rule, and takes it back', async () => {
    const page = await enter('engineer', {}, '/rules')
    const row = page.getByRole('row').filter({ hasText: '井盖倾斜' })
    await row.waitFor()
    expect(await row.innerText()).toMatch(/紧急[\s\S]*启用[\s\S]*v1[\s\S]*wanmi[\s\S]*\b1$/)
    await expectAccessible(page)
    await row.getByRole('link').click()

    // What is wrong is told at its line while it is typed.
    const editor = page.getByRole('textbox', { name: '规则文档' })
    await editor.fill(MILDER.replace('tilt_deg > ', 'tilt_degree > '))
    await page.getByText('没有监测项 tilt_degree，是否为 tilt_deg？').waitFor()
    await page.getByRole('button', { name: '第 7 行' }).click()
    await page.locator('.cm-lint-marker-error').waitFor()
    await expectAccessible(page)

    // What may be written is offered with its unit, and explained under the pointer.
    await editor.fill(MILDER)
    await page.getByText('检查通过').waitFor()
    await inLine(page, 'clear: ').click()
    await page.keyboard.press('End')
    await page.keyboard.type(' && tilt')
    const offered = page.getByRole('option', { name: /^tilt_deg.*deg/ })
    await offered.waitFor()
    await page.keyboard.press('Escape')
    for (let sign = 0; sign < ' && tilt'.length; sign += 1) await page.keyboard.press('Backspace')
    await inLine(page, 'hold: 2m').locator('span').first().hover()
    await page.locator('.cm-help').getByText('条件须持续多久才算告警').waitFor()

    // The session ends and the page with it: the draft is there again.
    await page.context().clearCookies()
    await page.reload()
    await fillSignIn(page, 'engineer')
    await page.getByText(/已恢复 .* 未发布的草稿/).waitFor()
    await expect.poll(() => editor.innerText(), { timeout: LONG_MS }).toContain('default: 15')

    // Its tests are run with what is typed, and say why they fail.
    await tab(page, '测试').click()
    const tests = page.getByRole('textbox', { name: '测试文档' })
    await tests.fill(TESTS.replace('confirmedAt: 4m', 'confirmedAt: 5m'))
    await page.getByRole('button', { name: '运行测试' }).click()
    await page.getByText('0 项通过，1 项未通过').waitFor()
    expect(await page.getByRole('region', { name: '应为与实际' }).innerText()).toMatch(
      /5m[\s\S]*4m/,
    )
    await tests.fill(TESTS)
    await page.getByRole('button', { name: '运行测试' }).click()
    await page.getByText('1 项通过，0 项未通过').waitFor()
    await expectAccessible(page)

    // Beside the version in force on what was measured.
    await tab(page, '版本对比').click()
    await page.getByRole('region', { name: /差异：v1（生效中） → 当前编辑稿/ }).waitFor()
    await page.getByRole('link', { name: /用两个版本同时回溯试算/ }).click()
    await page.getByRole('button', { name: '开始试算' }).click()
    const found = page.getByRole('region', { name: '发现的告警过程' })
    await found.getByText('cover-1').waitFor()
    const compared = page.getByRole('group', { name: '两个版本的差异' })
    const differences = await compared.innerText()
    expect(differences).toMatch(/仅 当前编辑稿\s*1/)
    await page.getByRole('img', { name: /每日告警过程数，最多的一天 2 个/ }).waitFor()
    await compared.getByRole('button', { name: /^仅 当前编辑稿/ }).click()
    await expect.poll(() => found.locator('tbody tr').count(), { timeout: LONG_MS }).toBe(1)
    await found.getByRole('button', { name: '依据' }).click()
    await page.getByRole('img', { name: /cover-1 的倾角/ }).waitFor()
    await page.getByText('以表格查看每日数量').click()
    await page
      .getByRole('region', { name: '以表格查看每日数量' })
      .getByRole('button')
      .first()
      .click()
    await page.getByText(/\d{4}-\d\d-\d\d 的告警过程/).waitFor()
    await expectAccessible(page)

    await page.getByRole('button', { name: '发布…' }).click()
    const dialog = page.getByRole('dialog', { name: '发布规则' })
    const diff = dialog.getByRole('region', { name: '与生效中的 v1 相比' })
    expect(await diff.innerText()).toMatch(/−[\s\S]*default: 40[\s\S]*\+[\s\S]*default: 15/)
    await dialog.getByText('1 项通过，0 项未通过').waitFor()
    await expectAccessibleInBothThemes(page)
    await dialog.getByLabel(/说明/).fill('二十度也要发现')
    await dialog.getByRole('button', { name: '确认发布' }).click()
    await page.getByText('v2 生效中').waitFor()
    const { city } = console
    const now = await city.send<{ version: number; note: string; author: string }>(
      'PUT',
      '/api/v1/rules/cover-tilted',
      MILDER,
      'text/yaml',
    )
    expect(now).toMatchObject({ version: 2, note: '二十度也要发现', author: 'engineer' })

    await tab(page, '版本对比').click()
    await page.getByRole('button', { name: '恢复 v1' }).click()
    const back = page.getByRole('dialog', { name: '恢复 v1' })
    await expectAccessibleInBothThemes(page)
    await back.getByRole('button', { name: '恢复 v1' }).click()
    await page.getByText('v1 生效中').waitFor()
    await tab(page, '变更记录').click()
    const log = page.getByRole('region', { name: '变更记录' })
    await log.getByText('恢复版本').waitFor()
    expect(await log.innerText()).toMatch(/恢复版本[\s\S]*修改测试[\s\S]*发布[\s\S]*二十度也要发现/)
    await page.close()
  })

  test('a parameter is set for a group and a rule disabled, and an administrator sees it', async () => {
    const page = await enter(
      'engineer',
      { locale: 'en', theme: 'light' },
      '/rules/cover-tilted?part=overrides',
    )
    // The field that takes the keys lies under the word that it shows.
    await page.getByLabel('For', { exact: true }).click({ force: true })
    await page.getByRole('option', { name: 'group' }).click()
    await expectAccessibleInBothThemes(page)
    await page.getByLabel('Id or code').fill('east')
    await page.getByLabel('Value').fill('25')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByRole('region', { name: 'Overrides' }).getByText('25 °').waitFor()
    await page.getByLabel('Id of the device').fill('cover-1')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByRole('row', { name: /angle_deg 25 ° group east/ }).waitFor()
    await page.getByRole('button', { name: 'Disable' }).click()
    const dialog = page.getByRole('dialog', { name: 'Disable' })
    await expectAccessibleInBothThemes(page)
    await dialog.getByLabel(/^Why/).fill('works near the covers')
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('button', { name: 'Enable', exact: true }).waitFor()
    await expectAccessible(page)
    await page.close()

    const other = await enter(
      'administrator',
      { locale: 'en', theme: 'light' },
      '/rules?state=disabled',
    )
    const row = other.getByRole('row').filter({ hasText: 'cover tilted' })
    await row.waitFor()
    expect(await row.innerText()).toMatch(/disabled[\s\S]*engineer/)
    await expectAccessible(other)
    await row.getByRole('link').click()
    await other.getByText('Only engineers change rules').waitFor()
    expect(await other.getByRole('button', { name: /Publish|Enable/ }).count()).toBe(0)
    const document = other.getByRole('textbox', { name: 'Rule document' })
    expect(await document.getAttribute('contenteditable')).toBe('false')
    await expectAccessible(other)
    await other.close()
    expect(console.browser.faults).toEqual([])
  })
})
