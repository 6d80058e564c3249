import { type DurationMs, type EpochMs, minutes } from '#model/time.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Act, Publish } from './act.ts'
import { flush } from './flush.ts'
import type { OutageBegins } from './line-event.ts'
import type { Parcel } from './parcel.ts'

/**
 * How long after the end of a run what is still under way, or in a buffer, may come through. What
 * would come later is lost at the end.
 */
export const GRACE: DurationMs = minutes(10)

const NOTHING: readonly Act[] = []

/** The line of one device, as far as coverage decides what passes. */
export class Line {
  readonly #device: SimulatedDevice
  #state: 'on' | 'out' | 'given-up' = 'on'
  #outage: OutageBegins['plan'] = { flush: 'none', array: 1 }
  #held: Parcel[] = []
  /** When coverage is back, where there is none. */
  until = 0

  constructor(device: SimulatedDevice) {
    this.#device = device
  }

  get on(): boolean {
    return this.#state === 'on'
  }

  /** What it keeps for later. */
  get held(): readonly Parcel[] {
    return this.#held
  }

  /** One that begins while another lasts makes it longer. */
  lose({ at, until, plan, device }: OutageBegins): readonly Act[] {
    this.until = Math.max(this.until, until)
    if (this.#state !== 'on' || until <= at) return NOTHING
    this.#state = 'out'
    this.#outage = plan
    return [{ type: 'down', at, device }]
  }

  /** Sends a reading, keeps it, or loses it. */
  take(parcel: Parcel): readonly Act[] {
    const { message, at, emission } = parcel
    const { device } = emission
    message.copies -= 1
    if (this.#state === 'on') {
      const again = message.state === 'settled'
      message.state = 'settled'
      const { payload } = emission
      return [{ type: 'publish', at, device, payload, emissions: [emission], again }]
    }
    // What the network would double is doubled where there is a network.
    if (message.state !== 'open') return NOTHING
    if (this.#state === 'out' && this.#outage.flush !== 'none') {
      message.state = 'held'
      this.#held.push(parcel)
      return NOTHING
    }
    if (message.copies > 0) return NOTHING
    message.state = 'settled'
    return [{ type: 'lost', at, device, emission }]
  }

  /** Coverage is back: what was kept is sent. */
  recover(at: EpochMs): readonly Act[] {
    const device = this.#device
    const sent: readonly Publish[] = flush(device, at, this.#emptied(), this.#outage)
    this.#state = 'on'
    return [{ type: 'up', at, device }, ...sent]
  }

  /** The run is over before coverage is back: what was kept is lost. */
  giveUp(at: EpochMs): readonly Act[] {
    this.#state = 'given-up'
    const device = this.#device
    return this.#emptied().map((emission) => ({ type: 'lost', at, device, emission }))
  }

  #emptied(): Parcel['emission'][] {
    const held = this.#held
    this.#held = []
    for (const { message } of held) message.state = 'settled'
    return held.map(({ emission }) => emission)
  }
}
