import type { Box } from '#model/box.ts'
import { Unavailable } from '#model/error.ts'
import { KINDS } from '#model/kinds.ts'
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
  /** The smallest box about all of them; null where there is nothing. */
  readonly extent: Box | null
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
    const isSeen = seenBy(states, view)
    const found = states.places.within(view.box)
    const slots = isSeen === null ? found : found.filter(isSeen)
    const extent = extentOf(states, slots)
    if (slots.length <= view.limit) {
      return {
        devices: Array.from(slots, (slot) => seenAt(states, slot, wrong)),
        cells: [],
        extent,
      }
    }
    const keyOf = states.places.cells(view.box, across(view))
    const cells = putTogether(states, slots, keyOf)
    for (const [id, severity] of wrong) {
      const slot = states.slotOf(id)
      if (slot === undefined || !states.places.isIn(slot, view.box)) continue
      const cell = isSeen === null || isSeen(slot) ? cells.get(keyOf(slot)) : undefined
      if (cell !== undefined) cell.wrong[severity] += 1
    }
    return { ...shown(states, [...cells.values()], wrong), extent }
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

/** Which of the places in the box are seen; null: all. */
function seenBy(states: LatestStates, { kind, scope }: View): ((slot: number) => boolean) | null {
  if (kind === undefined && scope.areas === null && scope.networks === null) return null
  return (slot) => {
    const device = states.device(slot)
    return (kind === undefined || device.kind === kind) && seesDevice(scope, device)
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

function extentOf({ places }: LatestStates, slots: Int32Array): Box | null {
  if (slots.length === 0) return null
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const slot of slots) {
    const lon = places.lon(slot)
    const lat = places.lat(slot)
    if (lon < west) west = lon
    if (lon > east) east = lon
    if (lat < south) south = lat
    if (lat > north) north = lat
  }
  return [west, south, east, north]
}

interface Gathered {
  devices: number
  /** One of them. */
  slot: number
  lon: number
  lat: number
  readonly byKind: number[]
  readonly wrong: Record<Severity, number>
}

function putTogether(
  { places }: LatestStates,
  slots: Int32Array,
  cellOf: (slot: number) => number,
): Map<number, Gathered> {
  const cells = new Map<number, Gathered>()
  for (const slot of slots) {
    const key = cellOf(slot)
    let cell = cells.get(key)
    if (cell === undefined) {
      cell = emptyCell(slot)
      cells.set(key, cell)
    }
    const kind = places.tag(slot)
    cell.devices += 1
    cell.lon += places.lon(slot)
    cell.lat += places.lat(slot)
    cell.byKind[kind] = (cell.byKind[kind] ?? 0) + 1
  }
  return cells
}

const emptyCell = (slot: number): Gathered => ({
  devices: 0,
  slot,
  lon: 0,
  lat: 0,
  byKind: KINDS.map(() => 0),
  wrong: { notice: 0, warning: 0, critical: 0 },
})

/** Cells of one device are that device. */
function shown(
  states: LatestStates,
  cells: readonly Gathered[],
  wrong: ReadonlyMap<string, Severity>,
): Omit<Seen, 'extent'> {
  const alone = cells.filter(({ devices }) => devices === 1)
  return {
    devices: alone.map(({ slot }) => seenAt(states, slot, wrong)),
    cells: cells.filter(({ devices }) => devices > 1).map(cellOf),
  }
}

const cellOf = ({ devices, lon, lat, byKind, wrong }: Gathered): MapCell => ({
  lon_deg: lon / devices,
  lat_deg: lat / devices,
  devices,
  byKind: Object.fromEntries(
    KINDS.flatMap(({ name }, index) => (byKind[index] ? [[name, byKind[index]]] : [])),
  ),
  wrong,
})
