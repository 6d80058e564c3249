import type { Buffer } from 'node:buffer'
import type { Box } from '#model/box.ts'
import type { Device } from '#model/device.ts'
import type { Place } from '#model/place.ts'

/** The latest state of a device, as viewers of the map are told of it. */
export interface LiveState {
  readonly device: Device
  readonly place: Place | null
}

/** A state in the log. Its number rises with each change of any device. */
export interface LogEntry<State extends LiveState> {
  readonly number: number
  readonly state: State
  /** What its device has passed through since the slowest viewer was told of it; null: it stood. */
  readonly passed: Box | null
  /** A newer one of its device follows. */
  isOver: boolean
  /** As it goes over the wire, while a viewer may want it again soon. */
  bytes: Buffer | null
}

/** So many entries that are over may be among the others before they are taken out. */
const OVER_MIN = 4_096
const FIRST_ENTRIES = 1_024

/**
 * Of each device the newest state, in the order in which they changed. A viewer is a number in it: what
 * comes after that number is what it has not been told. So a viewer who stops reading costs nothing
 * here, and goes on with the newest state of whatever changed meanwhile.
 */
export class StateLog<State extends LiveState> {
  #entries: LogEntry<State>[] = []
  /** Four numbers an entry, west, south, east and north of where it was and is: they are looked through often. */
  #bounds = new Float64Array(4 * FIRST_ENTRIES)
  readonly #newest = new Map<string, LogEntry<State>>()
  #last = 0
  #over = 0
  /** Of what the slowest viewer has been told. */
  #floor = 0

  /** Of the newest entry. */
  get last(): number {
    return this.#last
  }

  /** Entries held, those that are over among them. */
  get size(): number {
    return this.#entries.length
  }

  /** `before`: where the device was until now. */
  add(state: State, before: Place | null): void {
    const { id } = state.device
    const old = this.#newest.get(id)
    const isUntold = old !== undefined && old.number > this.#floor
    if (old) {
      old.isOver = true
      old.bytes = null
      this.#over += 1
    }
    this.#last += 1
    const entry: LogEntry<State> = {
      number: this.#last,
      state,
      passed: stretched(isUntold ? old.passed : null, before, state.place),
      isOver: false,
      bytes: null,
    }
    this.#newest.set(id, entry)
    this.#entries.push(entry)
    this.#bound(this.#entries.length - 1, entry)
    if (this.#over > OVER_MIN && this.#over * 2 > this.#entries.length) this.#tidy()
  }

  /** The newest states that changed after a number, in their order. */
  *after(number: number): Generator<LogEntry<State>> {
    const entries = this.#entries
    for (let index = this.#indexAfter(number); index < entries.length; index++) {
      const entry = entries[index] as LogEntry<State>
      if (!entry.isOver) yield entry
    }
  }

  /** Those of {@link after} that may be seen in a box: all that are, and some that passed it by. */
  *near([west, south, east, north]: Box, number: number): Generator<LogEntry<State>> {
    const [entries, bounds] = [this.#entries, this.#bounds]
    const isAround = west > east
    for (let index = this.#indexAfter(number); index < entries.length; index++) {
      const first = index * 4
      // Not a number is nowhere.
      if (!((bounds[first + 3] as number) >= south && (bounds[first + 1] as number) <= north))
        continue
      const isEastOf = (bounds[first + 2] as number) >= west
      const isWestOf = (bounds[first] as number) <= east
      if (isAround ? !isEastOf && !isWestOf : !isEastOf || !isWestOf) continue
      const entry = entries[index] as LogEntry<State>
      if (!entry.isOver) yield entry
    }
  }

  /** Every viewer has been told of what comes up to this number. */
  toldTo(floor: number): void {
    this.#floor = floor
  }

  clear(): void {
    this.#entries = []
    this.#newest.clear()
    this.#over = 0
  }

  #bound(index: number, { state: { place }, passed }: LogEntry<State>): void {
    if (index * 4 === this.#bounds.length) {
      const larger = new Float64Array(this.#bounds.length * 2)
      larger.set(this.#bounds)
      this.#bounds = larger
    }
    this.#bounds.set(stretched(passed, place, null) ?? NOWHERE, index * 4)
  }

  #indexAfter(number: number): number {
    let [low, high] = [0, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle] as LogEntry<State>).number > number) high = middle
      else low = middle + 1
    }
    return low
  }

  #tidy(): void {
    this.#entries = this.#entries.filter(({ isOver }) => !isOver)
    for (const [index, entry] of this.#entries.entries()) this.#bound(index, entry)
    this.#over = 0
  }
}

const NOWHERE = [Number.NaN, Number.NaN, Number.NaN, Number.NaN]

/** The box about what was passed already and the place that is left now. */
function stretched(passed: Box | null, before: Place | null, now: Place | null): Box | null {
  if (before === null) return passed
  const { lon_deg, lat_deg } = before
  if (passed === null) {
    const stands = now !== null && now.lon_deg === lon_deg && now.lat_deg === lat_deg
    return stands ? null : [lon_deg, lat_deg, lon_deg, lat_deg]
  }
  const [west, south, east, north] = passed
  return [
    Math.min(west, lon_deg),
    Math.min(south, lat_deg),
    Math.max(east, lon_deg),
    Math.max(north, lat_deg),
  ]
}
