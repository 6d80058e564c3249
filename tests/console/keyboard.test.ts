import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity } from './console-city.ts'

/** The machine may be busy with other things. */
const LONG = { timeout: 30_000 }
/** More stops than any page has before what is looked for. */
const MOST_STOPS = 60

describe.skipIf(!HAS_BROWSER)('by the keyboard alone', { timeout: 180_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start()
    const { city } = console
    await console.hire('wang.li', ['acceptor', 'duty-officer'])
    await city.add(['cover-1'], { lon_deg: 111.003, lat_deg: 35.024, label: '井盖1' })
    await city.live(60_000, ['cover-1'])
    city.clock.move(10_000)
    await city.report('cover-1', { tilt_deg: 80 })
  }, 120_000)
  afterAll(() => console.stop())

  test('an officer signs in, finds a case in the table, accepts it and notes something', async () => {
    const page = await console.page()
    page.setDefaultTimeout(45_000)
    await page.goto('/cases')
    await tabTo(page, page.locator('input[name=username]'))
    await page.keyboard.type('wang.li')
    await page.keyboard.press('Tab')
    await tabTo(page, page.locator('input[name=password]'))
    await page.keyboard.type('one that nobody guesses')
    await page.keyboard.press('Enter')

    const number = page.locator('tbody a')
    await number.waitFor()
    await tabTo(page, number)
    await expectSeen(page)
    await page.keyboard.press('Enter')
    const actions = page.getByRole('region', { name: '可执行的操作' })
    const accept = actions.getByRole('button', { name: '受理', exact: true })
    await accept.waitFor()

    // A letter opens the form; who lets it be is where its button is.
    await page.keyboard.press('a')
    const send = actions.getByRole('button', { name: '确定受理' })
    await send.waitFor()
    await page.keyboard.press('Escape')
    await send.waitFor({ state: 'detached' })
    await expectFocus(accept)
    await page.keyboard.press('Enter')
    await send.waitFor()
    await tabTo(page, send)
    await expectSeen(page)
    await page.keyboard.press('Enter')
    await actions.getByText('受理已完成').waitFor()

    // The button is gone with the deed: what may be done now has the focus.
    await expectFocus(actions.locator('[data-command]').first())
    await expectSeen(page)
    await page.keyboard.press('n')
    await expectFocus(actions.getByLabel(/^原因/))
    await page.keyboard.type('已电话核实')
    const note = actions.getByRole('button', { name: '确定备注' })
    await tabTo(page, note)
    await page.keyboard.press('Enter')
    await actions.getByText('备注已完成').waitFor()
    await expectFocus(actions.getByRole('button', { name: '备注', exact: true }))
    await page.locator('.timeline').getByText('已电话核实').waitFor()
    await page.close()
    expect(console.browser.faults).toEqual([])
  })
})

/** Goes on by Tab until it is reached, as whoever has no mouse. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor()
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await hasFocus(wanted)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('what is looked for was not reached by Tab')
}

const hasFocus = async (locator: Locator): Promise<boolean> =>
  (await locator.and(locator.page().locator(':focus')).count()) > 0

async function expectFocus(locator: Locator): Promise<void> {
  await expect.poll(() => hasFocus(locator), LONG).toBe(true)
}

/** Whoever looks sees where they are. */
async function expectSeen(page: Page): Promise<void> {
  const outline = await page.evaluate<string>(
    `getComputedStyle(document.querySelector(':focus-visible') ?? document.body).outlineStyle`,
  )
  expect(outline).not.toBe('none')
}
