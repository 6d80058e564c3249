import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'

/** What holds somebody back. `docs/abuse.md` says of each what it guards against. */
export const GUARDS = [
  'connections',
  'silence',
  'greeting',
  'packet',
  'filters',
  'guesses',
  'rate',
  'takeovers',
  'arrivals',
] as const
export type Guard = (typeof GUARDS)[number]

/** Whom a guard holds back: an address, a device that proved to be one, or both. */
export interface Culprit {
  readonly address: string
  /** Empty where nobody has proved to be a device. */
  readonly deviceId: string
}

/** Somebody who is held back, as it is shown. */
export interface Nuisance {
  readonly guard: Guard
  /** Where it came from, the last few, newest first. */
  readonly addresses: readonly string[]
  /** Null where nobody has proved to be a device. */
  readonly deviceId: string | null
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  readonly count: number
}

const KEPT = 200
const ADDRESSES_KEPT = 4
const LOG_EVERY_MS = 60_000
const LINES_PER_MINUTE = 30
const RECENT_MS = 60_000

interface Entry {
  readonly guard: Guard
  readonly deviceId: string
  readonly firstAt: EpochMs
  addresses: readonly string[]
  lastAt: EpochMs
  count: number
  loggedAt: number
}

/**
 * Who is held back, for those who look after the service: counted, listed, and told in the log once
 * a minute each and a few times a minute in all, since a log that can be flooded is a door too.
 */
export class Nuisances {
  readonly #clock: Clock
  readonly #metrics: Metrics
  readonly #log: Logger
  readonly #entries = new Map<string, Entry>()
  #minute = 0
  #lines = 0

  constructor({ clock, metrics, log }: { clock: Clock; metrics: Metrics; log: Logger }) {
    this.#clock = clock
    this.#metrics = metrics
    this.#log = log
    onScrape(metrics.nuisances, () => this.#gauge())
  }

  /** Newest first. */
  list(): readonly Nuisance[] {
    return [...this.#entries.values()]
      .map(({ guard, deviceId, addresses, firstAt, lastAt, count }) => ({
        guard,
        deviceId: deviceId || null,
        addresses,
        firstAt,
        lastAt,
        count,
      }))
      .toSorted((a, b) => b.lastAt - a.lastAt)
  }

  /** A device is one culprit wherever it comes from; a stranger is its address. */
  note(guard: Guard, { address, deviceId }: Culprit): void {
    this.#metrics.guarded.inc({ guard })
    const key = `${guard} ${deviceId === '' ? address : `of ${deviceId}`}`
    const at = this.#clock.now()
    const entry = this.#entries.get(key) ?? this.#open(key, { guard, deviceId, at })
    entry.count++
    entry.lastAt = at
    if (entry.addresses[0] !== address) {
      const others = entry.addresses.filter((each) => each !== address)
      entry.addresses = [address, ...others].slice(0, ADDRESSES_KEPT)
    }
    this.#tell(entry)
  }

  #open(key: string, { guard, deviceId, at }: { guard: Guard; deviceId: string; at: EpochMs }) {
    if (this.#entries.size >= KEPT) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    const loggedAt = Number.NEGATIVE_INFINITY
    const entry: Entry = {
      guard,
      deviceId,
      firstAt: at,
      lastAt: at,
      addresses: [],
      count: 0,
      loggedAt,
    }
    this.#entries.set(key, entry)
    return entry
  }

  #tell(entry: Entry): void {
    const now = performance.now()
    if (now - entry.loggedAt < LOG_EVERY_MS) return
    const minute = Math.floor(now / LOG_EVERY_MS)
    if (minute !== this.#minute) this.#lines = 0
    this.#minute = minute
    if (this.#lines >= LINES_PER_MINUTE) return
    this.#lines++
    entry.loggedAt = now
    const { guard, deviceId, addresses, count } = entry
    this.#log.warn({ guard, addresses, deviceId, count }, 'somebody is held back')
  }

  #gauge(): void {
    const since = this.#clock.now() - RECENT_MS
    const recent = new Map<Guard, number>(GUARDS.map((guard) => [guard, 0]))
    for (const { guard, lastAt } of this.#entries.values()) {
      if (lastAt >= since) recent.set(guard, (recent.get(guard) ?? 0) + 1)
    }
    for (const [guard, count] of recent) this.#metrics.nuisances.set({ guard }, count)
  }
}
