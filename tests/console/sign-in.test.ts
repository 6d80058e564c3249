import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessible, fillSignIn } from './console-city.ts'

describe.skipIf(!HAS_BROWSER)('signing in', { timeout: 120_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start()
    await console.hire('wang.li', ['duty-officer', 'administrator'])
  }, 120_000)
  afterAll(() => console.stop())

  test('whoever is not signed in is asked to, and then sees the page they wanted', async () => {
    const page = await console.page()
    await page.goto('/me?from=mail')
    await expectAccessible(page)
    await fillSignIn(page, 'wang.li', 'a wrong password')
    await page.getByRole('alert').filter({ hasText: '登录名或密码不正确' }).waitFor()
    // Whatever the service says of it in English.
    const away = {
      status: 503,
      code: 'database-unavailable',
      detail: 'the database is not available',
    }
    await page.route('**/api/v1/session', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            body: JSON.stringify(away),
          })
        : route.continue(),
    )
    await fillSignIn(page, 'wang.li')
    await page.getByRole('alert').filter({ hasText: '服务暂时无法连接' }).waitFor()
    await page.unroute('**/api/v1/session')
    await fillSignIn(page, 'wang.li')
    await page.waitForURL('/me?from=mail')
    await page.getByRole('heading', { name: '我的账号' }).waitFor()
    await expectAccessible(page)
  })

  test('language and theme change at once and stay', async () => {
    const page = await console.signIn('wang.li', { theme: 'light' }, '/me')
    await page.getByRole('button', { name: 'Switch to English' }).click()
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click()
    await page.reload()
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })

  test('what was typed is still there when the session ended meanwhile', async () => {
    const page = await console.signIn('wang.li', { locale: 'en' }, '/me')
    await page.getByLabel('Current password').fill('one that nobody guesses')
    await page.getByLabel('New password', { exact: true }).fill('a new one that is long enough')
    await page.context().clearCookies()
    await page.getByLabel('New password once more').fill('a new one that is long enough')
    await page.getByRole('button', { name: 'Save the new password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    await fillSignIn(page, 'wang.li')
    await page.getByText('Password changed').waitFor()
    expect(console.browser.faults).toEqual([])
  })
})
