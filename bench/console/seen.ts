import type { Page } from 'playwright-core'

/** Of the main thread of a page, in ms. */
export interface Tasks {
  readonly longest: number
  /** Longer than 50 ms, and longer than 200 ms. */
  readonly over50: number
  readonly over200: number
  /** What of them goes beyond 50 ms each, together: so long clicks waited. */
  readonly blocking: number
  /** When the last longer than 50 ms ended, since the page was asked for; 0 when there was none. */
  readonly lastEnd: number
}

interface Task {
  readonly start: number
  readonly ms: number
}

/** As a text, since it runs in the browser: keeps the long tasks, and when `selector` was first drawn. */
const watching = (selector: string): string => `
  window.seen = { tasks: [], at: 0 }
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, ms: duration })
  }).observe({ type: 'longtask', buffered: true })
  const look = () => {
    const found = document.querySelector(${JSON.stringify(selector)})
    if (found && found.getClientRects().length > 0) seen.at = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)`

/** Before the page is asked for: what is wanted of it is `selector`. */
export const watch = (page: Page, selector: string): Promise<unknown> =>
  page.addInitScript({ content: watching(selector) })

/** Until that holds in the page; as a promise, since the page allows no text to be run again and again. */
const until = <Result>(page: Page, holds: string, result: string): Promise<Result> =>
  page.evaluate<Result>(`new Promise((resolve) => {
    const look = () => (${holds} ? resolve(${result}) : setTimeout(look, 50))
    look()
  })`)

/** When the wanted was drawn, since the page was asked for, in ms. */
export const drawn = (page: Page): Promise<number> => until(page, 'seen.at > 0', 'seen.at')

/** When no long task has been for so long since it was drawn. */
export const quiet = (page: Page, ms: number): Promise<unknown> =>
  until(
    page,
    `performance.now() - Math.max(seen.at, ...seen.tasks.map((task) => task.start + task.ms)) > ${ms}`,
    'null',
  )

/** Forgets the tasks so far. */
export const forget = (page: Page): Promise<unknown> => page.evaluate('void (seen.tasks = [])')

/** When the page began with its map; undefined where it has none. */
export const mapBegins = (page: Page): Promise<number | undefined> =>
  page.evaluate<number | undefined>("performance.getEntriesByName('map-begins')[0]?.startTime")

/** Those that began in a span of the life of the page, in ms since it was asked for. */
export async function tasksOf(page: Page, from = 0, to = Infinity): Promise<Tasks> {
  const all = await page.evaluate<readonly Task[]>('seen.tasks')
  const tasks = all.filter(({ start }) => start >= from && start < to)
  return {
    blocking: Math.round(tasks.reduce((sum, { ms }) => sum + Math.max(0, ms - 50), 0)),
    longest: Math.round(Math.max(0, ...tasks.map(({ ms }) => ms))),
    over50: tasks.length,
    over200: tasks.filter(({ ms }) => ms > 200).length,
    lastEnd: Math.round(Math.max(0, ...tasks.map(({ start, ms }) => start + ms))),
  }
}
