import { type EpochMs, epochMs } from '#model/time.ts'
import type { Shard } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Act, Noise } from './act.ts'
import { Agenda } from './agenda.ts'
import { layersOf, lineEventsOf } from './faults.ts'
import { flooding } from './floods.ts'
import { GRACE, Line } from './line.ts'
import type { LineEvent, LineEvents } from './line-event.ts'
import type { NetworkSetting } from './network-setting.ts'
import { type Parcel, type Pass, parcelOf, throughLayers } from './parcel.ts'

/** What is on the agenda. At one instant a device's line comes before what it has to say. */
type Due = Parcel | LostParcel | Noise | NextEvent | Recovery

interface LostParcel {
  readonly type: 'lost-parcel'
  readonly parcel: Parcel
}

interface NextEvent {
  readonly type: 'event'
  readonly event: LineEvent
  readonly others: LineEvents
  readonly rank: number
}

interface Recovery {
  readonly type: 'recovery'
  readonly at: EpochMs
  readonly line: Line
  readonly device: SimulatedDevice
}

const RECOVERY = 1_000_000
const SAID = RECOVERY + 1
const NOTHING: readonly Act[] = []

/**
 * What lies between the devices of a shard and the broker. Every fault draws from streams of its
 * own for each device, so that neither another fault nor another device changes what it does.
 */
export class Network {
  readonly #agenda = new Agenda<Due>()
  readonly #lines: Line[] = []
  readonly #endedAt: EpochMs
  readonly #pass: Pass
  /** What a device said last, where it is going to be repeated. */
  readonly #lastSaid = new Map<number, Buffer | null>()
  #ready = NOTHING
  #taken = 0

  constructor(faults: NetworkFaults, setting: NetworkSetting, shard: Shard) {
    this.#endedAt = setting.endedAt
    const reach = { setting, shard }
    for (const [number, plan] of faults.floods.entries()) {
      for (const { index } of flooding(plan, number, reach)) this.#lastSaid.set(index, null)
    }
    const layers = layersOf(faults, setting, {
      lose: (parcel) => this.#lose(parcel, parcel.emission.at),
      interject: (noise) => this.#agenda.push(noise.at, noise.device.index, SAID, noise),
    })
    this.#pass = throughLayers(layers, (parcel) => this.#await(parcel))
    for (const [rank, events] of lineEventsOf(faults, reach).entries()) this.#plan(events, rank)
  }

  /** Takes a reading. They come in the order of time, each after `advance` to its time. */
  offer(emission: Emission): void {
    this.#pass(parcelOf(emission))
  }

  /**
   * Every act before `to`, in the order of time; then by device, then as it was offered. An act
   * counts as taken when the next is asked for.
   */
  *advance(to: EpochMs): Generator<Act, void, undefined> {
    for (;;) {
      while (this.#taken < this.#ready.length) {
        const act = this.#ready[this.#taken] as Act
        yield act
        this.#taken += 1
        account(act)
      }
      if (this.#agenda.nextAt >= to) return
      this.#ready = this.#befall(this.#agenda.pop() as Due)
      this.#taken = 0
    }
  }

  /** Nobody asks any more: what it still has is lost. */
  abandon(): void {
    for (const act of this.#ready.slice(this.#taken)) {
      if (act.type === 'lost') countLost(act.emission)
      if (act.type === 'publish' && !act.again) act.emissions.forEach(countLost)
    }
    this.#ready = NOTHING
    const parcels = [
      ...this.#agenda.items().flatMap((due) => {
        if (due.type === 'parcel') return [due]
        return due.type === 'lost-parcel' ? [due.parcel] : []
      }),
      ...this.#lines.flatMap((line) => line.held),
    ]
    for (const { message, emission } of parcels) {
      if (message.state !== 'settled') countLost(emission)
      message.state = 'settled'
    }
  }

  #befall(due: Due): readonly Act[] {
    switch (due.type) {
      case 'parcel':
        return this.#arrive(due)
      case 'lost-parcel':
        return this.#announceLost(due.parcel)
      case 'noise':
        return this.#line(due.device).on ? [due] : NOTHING
      case 'recovery':
        return this.#recover(due)
      default:
        this.#plan(due.others, due.rank)
        return this.#strike(due.event)
    }
  }

  #arrive(parcel: Parcel): readonly Act[] {
    const { device, payload } = parcel.emission
    const acts = this.#line(device).take(parcel)
    if (acts[0]?.type === 'publish') this.#remember(device, payload)
    return acts
  }

  #announceLost({ message, at, emission }: Parcel): readonly Act[] {
    message.copies -= 1
    if (message.copies > 0 || message.state !== 'open') return NOTHING
    message.state = 'settled'
    return [{ type: 'lost', at, device: emission.device, emission }]
  }

  #strike(event: LineEvent): readonly Act[] {
    const { at, device } = event
    const line = this.#line(device)
    switch (event.type) {
      case 'outage': {
        const acts = line.lose(event)
        if (acts.length > 0) this.#awaitRecovery(line, device)
        return acts
      }
      case 'clone':
        return [event]
      case 'repeat': {
        const payload = this.#lastSaid.get(device.index)
        if (!line.on || !payload) return NOTHING
        return [{ type: 'noise', noise: 'flood', at, device, payload }]
      }
      default:
        return line.on ? [{ type: event.type, at, device }] : NOTHING
    }
  }

  #recover({ at, line, device }: Recovery): readonly Act[] {
    if (this.#recoveryAt(line) > at) {
      this.#awaitRecovery(line, device)
      return NOTHING
    }
    if (line.until > at) return line.giveUp(at)
    const last = line.held.at(-1)
    if (last) this.#remember(device, last.emission.payload)
    return line.recover(at)
  }

  // An outage that begins before it comes may put it off.
  #awaitRecovery(line: Line, device: SimulatedDevice): void {
    const at = this.#recoveryAt(line)
    this.#agenda.push(at, device.index, RECOVERY, { type: 'recovery', at, line, device })
  }

  #recoveryAt = ({ until }: Line): EpochMs =>
    until > this.#endedAt + GRACE ? this.#endedAt : epochMs(until)

  #await(parcel: Parcel): void {
    if (parcel.at > this.#endedAt + GRACE) this.#lose(parcel, this.#endedAt)
    else this.#agenda.push(parcel.at, parcel.emission.device.index, SAID, parcel)
  }

  #lose(parcel: Parcel, at: EpochMs): void {
    parcel.at = at
    const { index } = parcel.emission.device
    this.#agenda.push(at, index, SAID, { type: 'lost-parcel', parcel })
  }

  #plan(events: LineEvents, rank: number): void {
    const { value: event } = events.next()
    if (!event) return
    this.#agenda.push(event.at, event.device.index, rank, {
      type: 'event',
      event,
      others: events,
      rank,
    })
  }

  #line(device: SimulatedDevice): Line {
    return (this.#lines[device.index] ??= new Line(device))
  }

  #remember({ index }: SimulatedDevice, payload: Buffer): void {
    if (this.#lastSaid.has(index)) this.#lastSaid.set(index, payload)
  }
}

/** Writes down what became of the readings of an act that was taken. */
function account(act: Act): void {
  if (act.type === 'lost') countLost(act.emission)
  else if (act.type === 'publish' && !act.again) act.emissions.forEach(countSent)
}

function countSent({ shows }: Emission): void {
  for (const one of shows) one.sent += 1
}

export function countLost({ shows }: Emission): void {
  for (const one of shows) one.lost += 1
}
