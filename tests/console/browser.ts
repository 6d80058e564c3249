import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ensureConsole } from '#cli/console/build-console.ts'

/** Without windows of its own a new page costs a seventh of the processor's time, so that one is first. */
const PLACES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
)

/** The browser of the system, or undefined where there is none. */
const FOUND = [process.env['CHROMIUM'], ...PLACES].find((path) => path && existsSync(path))

/**
 * Whether the tests in a browser can run. Where they cannot they are skipped, with what to install;
 * where `CI` is set they fail instead.
 */
export const HAS_BROWSER = FOUND !== undefined || process.env['CI'] !== undefined

if (!HAS_BROWSER) {
  console.warn(
    'tests of the console are skipped: install one (apt-get install chromium-headless-shell)',
  )
}

const SOFTWARE = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']
const NO_MAPS = ['--disable-gpu', '--disable-3d-apis']

interface Look {
  readonly locale?: 'zh' | 'en'
  readonly theme?: 'dark' | 'light'
  readonly size?: { readonly width: number; readonly height: number }
}

/** A real browser with the console as it was built from these sources. */
export class TestBrowser {
  readonly #browser: Browser
  readonly #contexts: BrowserContext[] = []
  /** What pages said went wrong. A test that expects nothing of it looks here. */
  readonly faults: string[] = []

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  /** @param hasMaps Drawn by software without a graphics card, which takes a fourth of the time */
  static async open(hasMaps = true): Promise<TestBrowser> {
    if (FOUND === undefined) throw new Error('no chromium: apt-get install chromium-headless-shell')
    await ensureConsole(() => {})
    const browser = await chromium.launch({
      executablePath: FOUND,
      args: ['--no-sandbox', '--lang=zh-CN', ...(hasMaps ? SOFTWARE : NO_MAPS)],
    })
    return new TestBrowser(browser)
  }

  /** A page of somebody who never was here before. */
  async page(address: string, { locale = 'zh', theme = 'dark', size }: Look = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: address,
      viewport: size ?? { width: 1_440, height: 900 },
      locale: 'zh-CN',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    })
    this.#contexts.push(context)
    context.setDefaultTimeout(45_000)
    await context.addInitScript(
      ([chosenLocale, chosenTheme]) => {
        // Only at the first page: what is chosen later stays.
        if (localStorage.getItem('wanmi.locale') !== null) return
        localStorage.setItem('wanmi.locale', chosenLocale as string)
        localStorage.setItem('wanmi.theme', chosenTheme as string)
      },
      [locale, theme],
    )
    const page = await context.newPage()
    page.on('pageerror', (error) => this.faults.push(error.message))
    return page
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close()
    await this.#browser.close()
  }
}
