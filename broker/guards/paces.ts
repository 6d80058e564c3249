import { type DurationMs, minutes } from '#model/time.ts'
import { Pace, type PaceLimits } from './pace.ts'

const SWEEP_EVERY_MS = 60_000
const STRANGER_INTERVAL = minutes(1)

/** The pace of every device that was here lately: a new connection does not begin a new allowance. */
export class Paces {
  readonly #limits: PaceLimits
  readonly #ofStrangers: PaceLimits
  readonly #paces = new Map<string, { readonly interval: DurationMs; readonly pace: Pace }>()
  #sweptAt = 0

  /** Clients that are no devices may send so many a second for good. */
  constructor(limits: PaceLimits, strangerPerSecond: number) {
    this.#limits = limits
    this.#ofStrangers = { ...limits, minPerSecond: strangerPerSecond }
  }

  get size(): number {
    return this.#paces.size
  }

  /** Only for those who were let in: whom the registry knows bounds how many are kept. */
  of(deviceId: string, interval: DurationMs, now: number): Pace {
    const known = this.#paces.get(deviceId)
    if (known?.interval === interval) return known.pace
    this.#sweep(now)
    const pace = new Pace(this.#limits, interval, now)
    this.#paces.set(deviceId, { interval, pace })
    return pace
  }

  /** Of a client that is no device: its own, and gone with its connection. */
  ofStranger(now: number): Pace {
    return new Pace(this.#ofStrangers, STRANGER_INTERVAL, now)
  }

  /** One that is whole is as good as a new one, also for the connection that still holds it. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return
    this.#sweptAt = now
    for (const [id, { pace }] of this.#paces) if (pace.isWhole(now)) this.#paces.delete(id)
  }
}
