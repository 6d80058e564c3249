import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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
  /** The one of the service; one that goes only when it is told to where none is given. */
  readonly clock?: HandClock
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
    clock = new HandClock(epochMs(Date.now())),
  }: CityOptions = {}) {
    const browser = await TestBrowser.open(hasMaps)
    const db = await freshDatabase()
    const folder = await scratchFolder()
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

/** Half the size of the readable one. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

interface Answer {
  readonly violations: readonly Violation[]
}

/** Only what fails is told, so that axe need not describe all that does not. */
const TOLD = { resultTypes: ['violations'], preload: false }

/** All that a theme can make true or false: it changes nothing but colours. */
const OF_COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** The page reaches WCAG 2.2 AA as far as axe can tell. */
export async function expectAccessible(page: Page, runOnly: object = STANDARDS): Promise<void> {
  // As a text: it runs in the browser, whose names are not known here.
  const question = `axe.run(document, ${JSON.stringify({ ...TOLD, runOnly })})`
  const ask = () => page.evaluate<Answer | null>(`typeof axe === 'undefined' ? null : ${question}`)
  const known = await ask()
  // Once for each document that is loaded: it is half a megabyte.
  if (known === null) await page.evaluate(AXE)
  const answer = known ?? (await ask())
  if (answer === null) throw new Error('axe is not in the page')
  const told = answer.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
  expect(told).toEqual([])
}

/** Colours that pass over by inheritance take frames to. As a text, since it runs in the browser. */
const CALM = `(async () => {
  let calm = 0
  for (let frames = 0; frames < 60 && calm < 3; frames += 1) {
    await new Promise(requestAnimationFrame)
    calm = document.getAnimations().length === 0 ? calm + 1 : 0
  }
})()`

const OTHER_THEME = `(() => {
  const { dataset, classList } = document.documentElement
  dataset.theme = dataset.theme === 'dark' ? 'light' : 'dark'
  classList.toggle('dark')
})()`

/** What differs where the theme has just been changed: the colours. */
export async function expectColoursAccessible(page: Page): Promise<void> {
  await page.evaluate(CALM)
  await expectAccessible(page, OF_COLOURS)
}

/** The page reaches it as it is, and its colours do in the other theme. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  await expectAccessible(page)
  await page.evaluate(OTHER_THEME)
  await expectColoursAccessible(page)
  await page.evaluate(OTHER_THEME)
  await page.evaluate(CALM)
}
