import type { Box } from '#model/box.ts'
import type { Device } from '#model/device.ts'
import { Unavailable } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import type { Severity } from '#model/rule.ts'
import { seesDevice } from '#model/sees-device.ts'
import { type EpochMs, minus, seconds } from '#model/time.ts'
import type { LatestState, LatestStates } from './latest-states.ts'

/** What somebody looks at on the map. */
export interface View {
  readonly box: Box
  /** Of the map, as its tiles count it; worked out from the box when absent. */
  readonly zoom?: number | undefined
  readonly kind?: string | undefined
  /** So many devices are told one by one; more are put together. */
  readonly limit: number
  readonly scope: Scope
}

/** A device on the map, with the worst that is wrong with it now. */
export interface SeenDevice extends LatestState {
  readonly severity: Severity | null
}

/** Several devices that are too close to be told apart. */
export interface MapCell {
  /** The middle of its devices. */
  readonly lon_deg: number
  readonly lat_deg: number
  readonly devices: number
  readonly byKind: Readonly<Record<string, number>>
  /** How many are wrong, by the worst that is wrong with them. */
  readonly wrong: Readonly<Record<Severity, number>>
}

export interface Seen {
  readonly devices: readonly SeenDevice[]
  readonly cells: readonly MapCell[]
}

interface Parts {
  readonly states: LatestStates
  /** The worst of the open episodes of each device that has any. */
  readonly wrong: () => Promise<ReadonlyMap<string, Severity>>
  readonly clock: { now(): EpochMs }
}

/** What is wrong is asked of the database so often at most. */
const WRONG_KEPT = seconds(1)
/** A tile of 256 pixels is four cells wide. */
const CELLS_OF_TILE = 2
/** Cells across a box at least, as a power of two, and more at most than the box asks for. */
const CELLS_ACROSS = 4
const FINER = 2
const DEEPEST = 28

/** Devices where they are and as they are: one by one where there are few, put together where many. */
export class CityMap {
  readonly #parts: Parts
  #wrong: { readonly at: EpochMs; readonly found: Promise<ReadonlyMap<string, Severity>> } | null =
    null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws Unavailable as long as what was stored before the start is being read */
  async look(view: View): Promise<Seen> {
    const { states } = this.#parts
    if (!states.isReady) {
      throw new Unavailable('not-ready', 'the latest states are being read; try again')
    }
    const wrong = await this.#wrongNow()
    const slots = this.#seen(view)
    if (slots.length <= view.limit) {
      return { devices: Array.from(slots, (slot) => seenAt(states, slot, wrong)), cells: [] }
    }
    return putTogether(states, slots, across(view), wrong)
  }

  #seen({ box, kind, scope }: View): Int32Array {
    const { states } = this.#parts
    const found = states.places.within(box)
    const isBounded = scope.areas !== null || scope.networks !== null
    if (!isBounded && kind === undefined) return found
    return found.filter((slot) => {
      const device = states.device(slot)
      return (kind === undefined || device.kind === kind) && seesDevice(scope, device)
    })
  }

  #wrongNow(): Promise<ReadonlyMap<string, Severity>> {
    const now = this.#parts.clock.now()
    if (this.#wrong === null || this.#wrong.at < minus(now, WRONG_KEPT)) {
      const found = this.#parts.wrong()
      this.#wrong = { at: now, found }
      // Whoever asks hears of a failure, and who asks next asks the database again.
      found.catch(() => {
        this.#wrong = null
      })
    }
    return this.#wrong.found
  }
}

const seenAt = (
  states: LatestStates,
  slot: number,
  wrong: ReadonlyMap<string, Severity>,
): SeenDevice => {
  const state = states.at(slot)
  return { ...state, severity: wrong.get(state.device.id) ?? null }
}

/** Into how many cells the whole map is cut from west to east. */
function across({ box: [west, , east], zoom }: View): number {
  const width = (((east - west + 360) % 360) + (east - west === 360 ? 360 : 0)) / 360
  const fitting = Math.floor(-Math.log2(Math.max(width, 1e-6))) + CELLS_ACROSS + 1
  const asked = zoom === undefined ? fitting : Math.min(zoom + CELLS_OF_TILE, fitting + FINER)
  return 2 ** Math.max(0, Math.min(DEEPEST, asked))
}

interface Gathered {
  slots: number
  first: number
  lon: number
  lat: number
  kinds: Map<string, number>
  wrong: Record<Severity, number>
}

function putTogether(
  states: LatestStates,
  slots: Int32Array,
  across: number,
  wrong: ReadonlyMap<string, Severity>,
): Seen {
  const { places } = states
  const cells = new Map<number, Gathered>()
  for (const slot of slots) {
    const key = places.cell(slot, across)
    const device: Device = states.device(slot)
    let cell = cells.get(key)
    if (cell === undefined) {
      const none = { notice: 0, warning: 0, critical: 0 }
      cell = { slots: 0, first: slot, lon: 0, lat: 0, kinds: new Map(), wrong: none }
      cells.set(key, cell)
    }
    cell.slots += 1
    cell.lon += places.lon(slot)
    cell.lat += places.lat(slot)
    cell.kinds.set(device.kind, (cell.kinds.get(device.kind) ?? 0) + 1)
    const severity = wrong.size === 0 ? undefined : wrong.get(device.id)
    if (severity !== undefined) cell.wrong[severity] += 1
  }
  const all = [...cells.values()]
  return {
    devices: all
      .filter((cell) => cell.slots === 1)
      .map(({ first }) => seenAt(states, first, wrong)),
    cells: all.filter((cell) => cell.slots > 1).map(cellOf),
  }
}

const cellOf = ({ slots, lon, lat, kinds, wrong }: Gathered): MapCell => ({
  lon_deg: lon / slots,
  lat_deg: lat / slots,
  devices: slots,
  byKind: Object.fromEntries(kinds),
  wrong,
})
