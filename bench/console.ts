/**
 * How soon the console is there and how it bears a city on the move:
 * `npm run bench -- console [--devices 10000] [--rate 1000] [--seconds 20] [--rounds 3] [--json]`.
 *
 * First views are of a browser with an empty cache, on a line of 10 Mbit/s and 40 ms there and back, with
 * the processor slowed down four times: a page is interactive when what it is for is drawn and the
 * last task longer than 50 ms is over that began before its map. The map begins once the page is idle; its own
 * long tasks, software rendering among them, are told apart: the longest, by how much they hold up clicks
 * together, and when the last before a quiet second is through. Then trucks drive, and the map of the
 * situation is looked at from far, where the service counts them, and from near, one by one. The browser,
 * which draws without a graphics card here, shares the cores with service, database and trucks. The
 * command fails where a first view takes longer than 2 s or a task longer than 200 ms.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { TestBrowser } from '#tests/console/browser.ts'
import { fillSignIn } from '#tests/console/console-city.ts'
import { drawn, forget, mapBegins, quiet, tasksOf, watch } from './console/seen.ts'
import { startChild } from './live/child.ts'
import { median } from './load/service.ts'
import { startTarget } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const FIRST_VIEW_MS = 2_000
const LONG_TASK_MS = 200
const SLOW_LINE = { latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 }
const SLOWER = 4
const QUIET_MS = 1_000
const PASSWORD = 'one that nobody guesses'

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(options.seconds)

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
await chmod(folder, 0o755)
const wanmi = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  BENCH_DEVICES: options.devices,
  BENCH_KIND: 'refuse-truck',
})
const browser = await TestBrowser.open()
const trucks = startChild('bench/live/moving-load.ts', {
  port: wanmi.port,
  devices: Number(options.devices),
  secret: SECRET,
})
try {
  await hire()
  const first = {
    'sign-in': await firstViews('input[name=username]', (page) => page.goto('/sign-in')),
    situation: await firstViews(
      '.situation .figures dd',
      async (page) => {
        await page.context().addCookies(await cookies())
        await page.goto('/')
      },
      '.situation .maplibregl-canvas',
    ),
  }
  await trucks.ask({ connect: true })
  const moving = await whileDriving()
  const machine = `${cpus()[0]?.model} × ${cpus().length}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`
  if (options.json) console.log(JSON.stringify({ machine, first, moving }))
  else {
    console.log(machine)
    console.table(first)
    console.table(moving)
  }
  const isSlow = Object.values(first).some(({ interactive_ms }) => interactive_ms > FIRST_VIEW_MS)
  const isStuck = Object.values(moving).some(({ longest }) => longest > LONG_TASK_MS)
  if (isSlow || isStuck) process.exitCode = 1
} finally {
  await browser.close()
  await trucks.end()
  await wanmi.stop()
  await rm(folder, { recursive: true, force: true })
}

async function hire(): Promise<void> {
  wanmi.child.send('http')
  const [{ token }] = (await once(wanmi.child, 'message')) as [{ token: string }]
  const send = async (at: string, body: object): Promise<{ readonly id: string }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(`${wanmi.httpUrl}/api/v1/accounts${at}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    return text === '' ? { id: '' } : (JSON.parse(text) as { id: string })
  }
  const { id } = await send('', { login: 'viewer', name: 'viewer', roles: ['duty-officer'] })
  await send(`/${id}/password`, { password: PASSWORD, mustChange: false })
}

/** Of somebody who has signed in on a browser that forgot all else. */
async function cookies() {
  const page = await browser.page(wanmi.httpUrl)
  await page.goto('/sign-in')
  await fillSignIn(page, 'viewer', PASSWORD)
  await page.waitForURL((url) => url.pathname === '/')
  const found = await page.context().cookies()
  await page.context().close()
  return found
}

async function firstViews(selector: string, open: (page: Page) => Promise<unknown>, map?: string) {
  const views: Readonly<Record<string, number>>[] = []
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const page = await browser.page(wanmi.httpUrl)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...SLOW_LINE })
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
    await watch(page, selector)
    await open(page)
    await drawn(page)
    if (map !== undefined) await page.locator(map).waitFor()
    await quiet(page, QUIET_MS)
    const at = await drawn(page)
    const begins = await mapBegins(page)
    const before = await tasksOf(page, 0, begins)
    const view = { drawn_ms: at, interactive_ms: Math.max(at, before.lastEnd) }
    const { longest, blocking, lastEnd } = await tasksOf(page, begins)
    const ofMap = { map_begins_ms: begins ?? 0, longest, blocking, map_through_ms: lastEnd }
    views.push(begins === undefined ? view : { ...view, ...ofMap })
    console.error(JSON.stringify(views.at(-1)))
    await page.context().close()
  }
  const names = Object.keys(views[0] ?? {})
  const middle = (name: string): number => Math.round(median(views.map((view) => view[name] ?? 0)))
  return { interactive_ms: 0, ...Object.fromEntries(names.map((name) => [name, middle(name)])) }
}

async function whileDriving() {
  const page = await browser.page(wanmi.httpUrl)
  await watch(page, '.situation .maplibregl-canvas')
  await page.context().addCookies(await cookies())
  // All have said once where they are.
  await trucks.ask({ run: { seconds: 12, perSecond: Number(options.rate) } })
  await page.goto('/')
  await drawn(page)
  await page.waitForLoadState('networkidle')
  const look = async () => {
    await forget(page)
    const driving = trucks.ask<{ perSecond: number }>({
      run: { seconds, perSecond: Number(options.rate) },
    })
    await driving
    const { longest, over50, over200 } = await tasksOf(page)
    return { longest, over50, over200, seconds }
  }
  const far = await look()
  const map = page.locator('.situation .maplibregl-canvas')
  await map.focus()
  for (let step = 0; step < 4; step += 1) await map.press('+')
  await page.waitForLoadState('networkidle')
  const near = await look()
  await page.context().close()
  return { far, near }
}
