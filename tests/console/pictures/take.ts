/**
 * Takes a picture of every page of the console in both languages and themes, in a city that has lived
 * for two hours: `npm run pictures -- [--to FOLDER] [--only situation,case] [--lang zh] [--theme dark] [--jpeg]`.
 *
 * The files are FOLDER/NAME-LANGUAGE-THEME.png, or .jpg with `--jpeg`; without `--to` in `pictures`, which
 * is not kept.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { onSignals } from '#cli/on-signals.ts'
import { TestBrowser } from '#tests/console/browser.ts'
import { LivedCity } from './lived-city.ts'
import { VIEWS, type View } from './views.ts'

const LOCALES = ['zh', 'en'] as const
const THEMES = ['dark', 'light'] as const
const LARGE = { width: 1_440, height: 900 }
const SMALL = { width: 390, height: 844 }
/** Until figures and charts come to rest. */
const SETTLE_MS = 2_000
/** As a text, since it runs in the browser: every map is drawn once more and comes to rest. */
const MAPS_DRAWN = `new Promise((resolve) => {
  const from = performance.now()
  dispatchEvent(new Event('resize'))
  const isDrawn = (map) => Number(map.dataset.drawnAt ?? 0) > from
  const look = () => {
    if ([...document.querySelectorAll('.city-map > .canvas')].every(isDrawn)) resolve(null)
    else if (performance.now() - from > 8_000) resolve(null)
    else setTimeout(look, 100)
  }
  look()
})`

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: 'pictures' },
    only: { type: 'string' },
    lang: { type: 'string' },
    theme: { type: 'string' },
    jpeg: { type: 'boolean', default: false },
  },
})
const only = values.only?.split(',')
const unknown = only?.filter((name) => !VIEWS.some((each) => each.name === name)) ?? []
if (unknown.length > 0) {
  console.error(`there is no ${unknown.join(', ')}: ${VIEWS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
const views = VIEWS.filter(({ name }) => only === undefined || only.includes(name))
const say = (text: string): void =>
  console.error(`${new Date().toTimeString().slice(0, 8)}  ${text}`)

await mkdir(values.to, { recursive: true })
const browser = await TestBrowser.open()
const city = await LivedCity.open(say)
onSignals(async () => {
  await browser.close()
  await city.close()
})
try {
  for (const locale of LOCALES.filter((each) => (values.lang ?? each) === each)) {
    for (const theme of THEMES.filter((each) => (values.theme ?? each) === each)) {
      await takeAll(locale, theme)
    }
  }
} finally {
  await browser.close()
  await city.close()
}
for (const fault of browser.faults) console.error(`a page failed: ${fault}`)
process.exit(browser.faults.length > 0 ? 1 : 0)

async function takeAll(locale: 'zh' | 'en', theme: 'dark' | 'light'): Promise<void> {
  const look = { locale, theme }
  const stranger = await browser.page(city.address, { ...look, size: LARGE })
  const member = await signedIn({ ...look, size: LARGE })
  const phone = views.some(({ isSmall }) => isSmall)
    ? await signedIn({ ...look, size: SMALL })
    : member
  for (const view of views) {
    const page = view.isOpen ? stranger : view.isSmall ? phone : member
    await take(
      view,
      page,
      path.join(values.to, `${view.name}-${locale}-${theme}.${values.jpeg ? 'jpg' : 'png'}`),
    )
  }
}

async function signedIn(look: Parameters<TestBrowser['page']>[1]): Promise<Page> {
  const page = await browser.page(city.address, look)
  await page.goto('/sign-in')
  await page.locator('input[name=username]').fill('demo')
  await page.locator('input[name=password]').fill(city.password)
  await page.locator('form:has(input[name=username]) button[type=submit]').click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  return page
}

async function take(view: View, page: Page, file: string): Promise<void> {
  await page.goto((await view.find?.(city)) ?? view.page)
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(SETTLE_MS)
  await page.evaluate(MAPS_DRAWN)
  const form = values.jpeg ? ({ type: 'jpeg', quality: 82 } as const) : ({ type: 'png' } as const)
  await page.screenshot({ path: file, timeout: 60_000, animations: 'disabled', ...form })
  say(file)
}
