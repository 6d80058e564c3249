import { parseInstant } from '#model/time.ts'
import { askService, type ServiceAddress } from '#simulator/registry/service-client.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import type { Findings, FoundCase, FoundEpisode, RefusedMessage } from './findings.ts'
import { trueCity } from './true-city.ts'

/** What a service made of a run, and how often the devices of the run report. */
export interface Gathered extends Findings {
  readonly intervals_ms: ReadonlyMap<string, number>
}

const PAGE = 1_000
const MESSAGES_AT_A_TIME = 8
/** Clocks may be set by the hands of any zone. */
const CLOCK_SLACK_MS = 86_400_000

/**
 * Asks a service for everything a score of the run is made of. Of refused messages those of devices
 * at which something was so are read, to learn when they were measured.
 *
 * @throws the errors of {@link askService}; Rejected 'invalid-input' when the truth has no run
 */
export async function gatherFindings(
  service: ServiceAddress,
  truth: readonly TruthLine[],
  signal?: AbortSignal,
): Promise<Gathered> {
  const city = trueCity(truth)
  const ask = { service, ...(signal ? { signal } : {}) }
  const span = {
    from: new Date(city.from - CLOCK_SLACK_MS).toISOString(),
    to: new Date(city.to + CLOCK_SLACK_MS).toISOString(),
  }
  const ours = ({ deviceId }: { readonly deviceId: string }): boolean => city.has(deviceId)
  const episodes = (await everything<FoundEpisode>(ask, '/api/v1/episodes', span)).filter(ours)
  // Cases are reported by our clock, which need not be that of the run.
  const cases = (await everything<FoundCase>(ask, '/api/v1/cases')).filter(ours)
  const entries = await everything<Entry>(ask, '/api/v1/quarantine', { state: 'all' })
  const devices = await everything<DeviceFacts>(ask, '/api/v1/devices')
  const struck = new Set(city.phenomena.map(({ deviceId }) => deviceId))
  const quarantine = await readMessages(
    ask,
    entries.filter((entry) => ours(entry) && struck.has(entry.deviceId)),
  )
  return {
    episodes,
    cases,
    quarantine,
    intervals_ms: new Map(
      devices.flatMap(({ id, reportingInterval_s }) =>
        city.has(id) ? [[id, reportingInterval_s * 1_000]] : [],
      ),
    ),
  }
}

interface Ask {
  readonly service: ServiceAddress
  readonly signal?: AbortSignal
}

interface DeviceFacts {
  readonly id: string
  readonly reportingInterval_s: number
}

interface Entry {
  readonly id: string
  readonly deviceId: string
  readonly receivedAt: string
  readonly reasons: readonly { readonly code: string }[]
}

async function get(path: string, { service, signal }: Ask): Promise<unknown> {
  return askService(service, { method: 'GET', path, ...(signal ? { signal } : {}) })
}

async function everything<Item>(
  ask: Ask,
  path: string,
  filter: Readonly<Record<string, string>> = {},
): Promise<readonly Item[]> {
  const items: Item[] = []
  let after: string | null = null
  do {
    const query = new URLSearchParams({ ...filter, limit: `${PAGE}` })
    if (after !== null) query.set('after', after)
    const page = (await get(`${path}?${query.toString()}`, ask)) as {
      readonly items: readonly Item[]
      readonly next: string | null
    }
    items.push(...page.items)
    after = page.next
  } while (after !== null)
  return items
}

async function readMessages(ask: Ask, entries: readonly Entry[]): Promise<RefusedMessage[]> {
  const messages: RefusedMessage[] = []
  for (let at = 0; at < entries.length; at += MESSAGES_AT_A_TIME) {
    const some = entries.slice(at, at + MESSAGES_AT_A_TIME)
    messages.push(...(await Promise.all(some.map((entry) => readMessage(ask, entry)))))
  }
  return messages
}

async function readMessage(
  ask: Ask,
  { id, deviceId, receivedAt, reasons }: Entry,
): Promise<RefusedMessage> {
  // What is no JSON tells nothing of when it was measured.
  if (reasons.some(({ code }) => code === 'not-json' || code === 'not-utf8')) {
    return { deviceId, receivedAt, measuredAt_ms: [] }
  }
  const message = (await get(`/api/v1/quarantine/${id}`, ask)) as {
    readonly payload_text: string | null
  }
  return { deviceId, receivedAt, measuredAt_ms: measuredTimes(message.payload_text ?? '') }
}

/** When the readings of a payload say they were measured, in epoch milliseconds. */
export function measuredTimes(payload: string): readonly number[] {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return []
  }
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('measuredAt' in item)) return []
    const at = item.measuredAt
    if (typeof at === 'number') return [at]
    const read = typeof at === 'string' ? parseInstant(at) : undefined
    return read === undefined ? [] : [read]
  })
}
