import { expect, test } from 'vitest'
import { VIEWS } from './views.ts'

/** The console has its own types; here only the addresses of its pages matter. */
const TABLE: string = '#web/src/pages/pages.ts'

test('there is a picture of every page, and no two have one name', async () => {
  const { PAGES } = (await import(TABLE)) as { PAGES: readonly { readonly path: string }[] }
  const seen = new Set(VIEWS.map(({ page }) => page))
  expect(PAGES.map(({ path }) => path).filter((path) => !seen.has(path))).toEqual([])
  expect([...seen].filter((path) => !PAGES.some((page) => page.path === path))).toEqual([
    '/sign-in',
  ])
  expect(new Set(VIEWS.map(({ name }) => name)).size).toBe(VIEWS.length)
})
