import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable, type WanmiError } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import { Fleet, type FleetOptions } from '#simulator/fleet/fleet.ts'
import type { Act } from '#simulator/network/act.ts'

export interface RecordedFleetOptions extends Omit<FleetOptions, 'seed' | 'onTrouble'> {
  readonly signal: AbortSignal
}

const LOOK_MS = 5

/** The devices of a recording: they publish no faster than they are acknowledged. */
export class RecordedFleet {
  readonly #fleet: Fleet
  readonly #signal: AbortSignal
  #failure: WanmiError | undefined
  #everConnected = false
  #largest = 1
  #interrupt: (() => void) | undefined
  readonly #counts = { messages: 0, published: 0, lost: 0, noise: 0 }

  constructor(options: RecordedFleetOptions) {
    this.#signal = options.signal
    this.#signal.addEventListener('abort', () => this.#interrupt?.())
    this.#fleet = new Fleet({
      ...options,
      seed: 'replay',
      onTrouble: (reason) => this.#hear(reason),
    })
  }

  /**
   * So far; readings where it does not say messages. What is in messages that are not acknowledged
   * is taken for as much as the largest of all held.
   */
  counters() {
    const { published, acknowledged, resent } = this.#fleet.counters()
    const open = (published - acknowledged) * this.#largest
    return {
      ...this.#counts,
      acknowledged: Math.max(0, this.#counts.published - open),
      messagesResent: resent,
    }
  }

  /**
   * Resolves when somebody has a connection; the others go on trying. At once where nobody is.
   *
   * @throws Unavailable when there is no broker, Rejected when it refuses a device.
   */
  async connect(): Promise<void> {
    this.#fleet.connect()
    while (!this.#signal.aborted) {
      const { connected, devices } = this.#fleet.counters()
      this.#everConnected ||= connected > 0
      if (this.#failure) throw this.#failure
      if (this.#everConnected || devices === 0) return
      await pause(LOOK_MS)
    }
  }

  /**
   * Performs an act and resolves when there is room for the next, or the signal says stop.
   *
   * @throws Rejected when the broker refuses a device on a later connection.
   */
  async perform(act: Act): Promise<void> {
    if (act.type === 'publish') {
      this.#counts.messages += 1
      this.#counts.published += act.emissions.length
      this.#largest = Math.max(this.#largest, act.emissions.length)
    } else if (act.type === 'lost' || act.type === 'noise') {
      this.#counts[act.type] += 1
    }
    this.#fleet.perform(act)
    await new Promise<void>((resolve, reject) => {
      this.#interrupt = resolve
      if (this.#failure || this.#signal.aborted) resolve()
      else this.#fleet.room().then(resolve, reject)
    })
    if (this.#failure) throw this.#failure
  }

  /** Waits up to `grace` for acknowledgements, then closes the connections. */
  end(grace: DurationMs): Promise<void> {
    return this.#fleet.end(grace)
  }

  // A connection that breaks comes back; one that never was does not.
  #hear(reason: WanmiError): void {
    this.#everConnected ||= this.#fleet.counters().connected > 0
    if (reason instanceof Unavailable && this.#everConnected) return
    this.#failure = reason
    this.#interrupt?.()
  }
}
