import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export const ADMIN_TOKEN = 'token-of-the-tests'

export interface ServiceProcess {
  readonly pid: number
  readonly api: string
  readonly mqttPort: number
  /** The log lines so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** What it printed on standard output. */
  readonly output: readonly string[]
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('no address')
  return address.port
}

/** Starts the service as `npm start` does, in a process of its own. Does not wait for it. */
export function spawnService(env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, ['cli/launch.mjs', 'start'], {
    env: {
      ...withoutSettings(process.env),
      HTTP_HOST: '127.0.0.1',
      MQTT_HOST: '127.0.0.1',
      ADMIN_TOKEN,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: Record<string, unknown>[] = []
  const output: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line))
  createInterface({ input: child.stderr }).on('line', (line) => log.push(parseLine(line)))
  return {
    pid: child.pid ?? 0,
    api: `http://127.0.0.1:${env['HTTP_PORT'] ?? 8080}`,
    mqttPort: Number(env['MQTT_PORT'] ?? 1883),
    log,
    output,
    ended: endOf(child),
    kill: (signal) => child.kill(signal),
  }
}

/** Polls until the service takes messages. @throws when it ends first or takes longer. */
export async function untilReady(service: ServiceProcess, patienceMs = 60_000): Promise<void> {
  let ended: number | string | undefined
  void service.ended.then((code) => (ended = code))
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    if (ended !== undefined) throw new Error(`the service ended (${ended}): ${lastLines(service)}`)
    if (await isReady(service.api)) return
    await sleep(50)
  }
  throw new Error(`the service is not ready after ${patienceMs} ms: ${lastLines(service)}`)
}

const lastLines = ({ log, output }: ServiceProcess): string =>
  [...output.slice(-5), ...log.slice(-5).map((line) => JSON.stringify(line))].join('\n')

async function isReady(api: string): Promise<boolean> {
  try {
    return (await fetch(`${api}/health/ready`)).ok
  } catch {
    return false
  }
}

/** Asks the API, with the token of the tests or another, and answers the parsed JSON. */
export async function askApi<Answer>(
  service: Pick<ServiceProcess, 'api'>,
  path: string,
  init: RequestInit = {},
  token: string = ADMIN_TOKEN,
): Promise<Answer> {
  const response = await fetch(`${service.api}${path}`, {
    ...init,
    headers: {
      ...(init.headers as Record<string, string>),
      authorization: `Bearer ${token}`,
    },
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return (text === '' ? null : JSON.parse(text)) as Answer
}

/** Every item of a list, page by page. */
export async function everyItem<Item>(
  service: Pick<ServiceProcess, 'api'>,
  path: string,
): Promise<Item[]> {
  const items: Item[] = []
  let after = ''
  for (;;) {
    const mark = path.includes('?') ? '&' : '?'
    const page = await askApi<{ items: Item[]; next: string | null }>(
      service,
      `${path}${mark}limit=1000${after}`,
    )
    items.push(...page.items)
    if (!page.next) return items
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? 'unknown'
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return { text: line }
  }
}

/** The developer's own settings are not the tests'. */
const withoutSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(DATABASE_|MQTT_|HTTP_|INGEST_|ADMIN_)/.test(name)),
  )
