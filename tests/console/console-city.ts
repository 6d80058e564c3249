import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Role } from '#model/role.ts'
import { epochMs } from '#model/time.ts'
import { HandClock, LivingCity } from '#tests/service/living-city.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { TestBrowser } from './browser.ts'

const PASSWORD = 'one that nobody guesses'

/** A rule that opens a case of an open cover at once. */
const COVER_OPEN = `
id: cover-open
kind: manhole-cover
title: { en: cover open, zh: 井盖打开 }
source: our default
when: tilt_deg > 30
severity: critical
outcome: { case: part, class: '0103', condition: missing-or-displaced }
`

interface CityOptions {
  readonly rules?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, string>>
  /** Without them a page says where its map would be. */
  readonly hasMaps?: boolean
}

type Look = NonNullable<Parameters<TestBrowser['page']>[1]>

/** The whole service with its console in a browser, and people who may sign in. */
export class ConsoleCity {
  readonly city: LivingCity
  readonly browser: TestBrowser
  readonly #db: TestDatabase
  readonly #folder: ScratchFolder

  private constructor(
    city: LivingCity,
    browser: TestBrowser,
    db: TestDatabase,
    folder: ScratchFolder,
  ) {
    this.city = city
    this.browser = browser
    this.#db = db
    this.#folder = folder
  }

  static async start({
    rules = { 'cover-open': COVER_OPEN },
    settings = {},
    hasMaps = false,
  }: CityOptions = {}) {
    const browser = await TestBrowser.open(hasMaps)
    const db = await freshDatabase()
    const folder = await scratchFolder()
    const clock = new HandClock(epochMs(Date.now()))
    const city = await LivingCity.start({
      databaseUrl: db.url,
      folder: `${folder.path}/rules`,
      rules,
      clock,
      settings,
    })
    return new ConsoleCity(city, browser, db, folder)
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await this.city.stop()
    await this.#db.drop()
    await this.#folder[Symbol.asyncDispose]()
  }

  /** Gives somebody an account; the login serves as the name. */
  async hire(login: string, roles: readonly Role[], more: object = {}): Promise<void> {
    const account = { login, name: login, roles, ...more }
    const { id } = await this.city.send<{ id: string }>('POST', '/api/v1/accounts', account)
    const given = { password: PASSWORD, mustChange: false }
    await this.city.send('POST', `/api/v1/accounts/${id}/password`, given)
  }

  /** A page without anybody signed in. */
  page(look: Look = {}): Promise<Page> {
    return this.browser.page(this.city.address.api, look)
  }

  /** A page of somebody who was hired. */
  async signIn(login: string, look: Look = {}, path = '/'): Promise<Page> {
    const page = await this.page(look)
    await page.goto(path)
    await fillSignIn(page, login)
    await page.waitForURL((url) => url.pathname === path.split('?')[0])
    return page
  }
}

export async function fillSignIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.locator('input[name=username]').fill(login)
  await page.locator('input[name=password]').fill(password)
  await page.locator('form:has(input[name=username]) button[type=submit]').click()
}

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** The page reaches WCAG 2.2 AA as far as axe can tell. */
export async function expectAccessible(page: Page, runOnly: object = STANDARDS): Promise<void> {
  await page.evaluate(axe.source)
  // As a text: it runs in the browser, whose names are not known here.
  const question = `axe.run(document, { runOnly: ${JSON.stringify(runOnly)} })`
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(question)
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
  expect(told).toEqual([])
}

/** As a text, since it runs in the browser. Colours that pass over by inheritance take frames to. */
const OTHER_THEME = `(async () => {
  const { dataset, classList } = document.documentElement
  dataset.theme = dataset.theme === 'dark' ? 'light' : 'dark'
  classList.toggle('dark')
  let calm = 0
  for (let frames = 0; frames < 60 && calm < 3; frames += 1) {
    await new Promise(requestAnimationFrame)
    calm = document.getAnimations().length === 0 ? calm + 1 : 0
  }
})()`

/** The same, and in the other theme what differs there: the colours. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  await expectAccessible(page)
  const turn = () => page.evaluate(OTHER_THEME)
  await turn()
  await expectAccessible(page, { type: 'rule', values: ['color-contrast'] })
  await turn()
}
