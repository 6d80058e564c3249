import type { Device } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import { compareReadings, type Reading, type StoredReading } from '#model/reading.ts'
import { days, type EpochMs, minus } from '#model/time.ts'
import type { Devices, History } from '#monitor/ports.ts'
import { fixChannel, fixOf } from './fix-of.ts'
import { PlaceTable } from './place-table.ts'

/** What a device said last, by event time. */
export interface LatestState {
  /** As it is registered now. */
  readonly device: Device
  /** Null: it has not reported yet. */
  readonly reading: StoredReading | null
  /** Of what moves the last fix, of everything else where it stands; null where neither is known. */
  readonly place: Place | null
}

/** Is told of a state that became newer, and where the device was before. */
export type TellChange = (state: LatestState, before: Place | null) => void

/** A fix says nothing of where something is that has reported without one for so long. */
const FIX_KEPT = days(7)
/**
 * Read at once when they are read from the database: of one kind, so that one connection does it, and
 * few, so that nobody waits long for that one.
 */
const DEVICES_AT_ONCE = 500

interface Held {
  device: Device
  /** Of its place in the table. */
  readonly slot: number
  reading: StoredReading | null
  fix: { readonly measuredAt: EpochMs; readonly seq: number; readonly place: Place } | null
}

interface Parts {
  readonly devices: Devices
  readonly history: Pick<History, 'latest' | 'lastWith'>
}

/**
 * The latest state of every registered device, in memory. Whatever order readings come in, and however
 * often, the newest by event time stays; after a start the same is read from the database.
 */
export class LatestStates {
  readonly #parts: Parts
  readonly #held = new Map<string, Held>()
  readonly #bySlot: (Held | undefined)[] = []
  readonly #places = new PlaceTable()
  /** Of which the database may have something newer. */
  readonly #unread = new Set<string>()
  #isReady = false

  constructor(parts: Parts) {
    this.#parts = parts
    for (const device of parts.devices.all()) this.#add(device)
  }

  /** Every device there was at the start is as the database has it. */
  get isReady(): boolean {
    return this.#isReady
  }

  find(deviceId: string): LatestState | undefined {
    const held = this.#held.get(deviceId)
    return held && stateOf(held)
  }

  /** Where devices are, by numbers, with the index of their kind; {@link at} has what is there. */
  get places(): Pick<PlaceTable, 'within' | 'isIn' | 'cells' | 'lon' | 'lat' | 'tag'> {
    return this.#places
  }

  at(slot: number): LatestState {
    return stateOf(this.#bySlot[slot] as Held)
  }

  device(slot: number): Device {
    return (this.#bySlot[slot] as Held).device
  }

  slotOf(deviceId: string): number | undefined {
    return this.#held.get(deviceId)?.slot
  }

  /**
   * Readings that were committed; `tell` hears of each that made a state newer, as soon as it is known
   * what there was before.
   */
  heard(readings: readonly Reading[], tell: TellChange | null = null): void {
    for (const reading of readings) {
      const held = this.#held.get(reading.device.id)
      if (held === undefined || held.device.kind !== reading.device.kind) continue
      if (tell === null || !this.#isReady) this.#take(held, reading, false)
      else {
        const before = placeOf(held)
        if (this.#take(held, reading, false)) tell(stateOf(held), before)
      }
    }
  }

  /** A device was added, changed or removed. */
  changed(deviceId: string): void {
    const device = this.#parts.devices.find(deviceId)
    const held = this.#held.get(deviceId)
    if (device !== undefined && held?.device.kind === device.kind) {
      held.device = device
      this.#places.set(held.slot, placeOf(held))
      return
    }
    if (held !== undefined) this.#remove(held)
    // Readings stay when a device is removed, and belong to whatever has its id and kind later.
    if (device !== undefined) this.#add(device)
  }

  /**
   * Reads what is stored of devices that have not been read yet, some at a time.
   *
   * @throws Unavailable when the database does not answer; the next call goes on
   */
  async catchUp(): Promise<void> {
    for (const kind of KIND_NAMES) {
      const ids = [...this.#unread].filter((id) => this.#held.get(id)?.device.kind === kind)
      for (let first = 0; first < ids.length; first += DEVICES_AT_ONCE) {
        await this.#readSome(ids.slice(first, first + DEVICES_AT_ONCE))
      }
    }
    this.#isReady = true
  }

  #add(device: Device): void {
    const slot = this.#places.take(KIND_NAMES.indexOf(device.kind))
    const held: Held = { device, slot, reading: null, fix: null }
    this.#held.set(device.id, held)
    this.#bySlot[held.slot] = held
    this.#places.set(held.slot, placeOf(held))
    this.#unread.add(device.id)
  }

  #remove({ device, slot }: Held): void {
    this.#held.delete(device.id)
    this.#unread.delete(device.id)
    this.#bySlot[slot] = undefined
    this.#places.release(slot)
  }

  #take(held: Held, reading: StoredReading, isStored: boolean): boolean {
    const isChanged = take(held, reading, isStored)
    if (isChanged && isMobile(held)) this.#places.set(held.slot, placeOf(held))
    return isChanged
  }

  async #readSome(ids: readonly string[]): Promise<void> {
    const some = ids.flatMap((id) => this.#held.get(id) ?? [])
    const devices = some.map(({ device }) => device)
    const found = await this.#parts.history.latest(devices, () => 1)
    for (const held of some) {
      for (const reading of found.get(held.device.id) ?? []) this.#take(held, reading, true)
    }
    for (const held of some) await this.#readFix(held)
    // One that was removed or replaced meanwhile is another device, and read in its turn.
    for (const held of some) {
      if (this.#held.get(held.device.id) === held) this.#unread.delete(held.device.id)
    }
  }

  /** Of something that moves and whose newest reading does not say where. */
  async #readFix(held: Held): Promise<void> {
    const channel = fixChannel(held.device.kind)
    const { reading, fix } = held
    if (channel === undefined || reading === null) return
    if (fix !== null && compareReadings(fix, reading) === 0) return
    const { measuredAt } = reading
    const span = { from: minus(measuredAt, FIX_KEPT), at: measuredAt }
    const found = await this.#parts.history.lastWith(held.device, channel, span)
    if (found) this.#take(held, found, true)
  }
}

/**
 * Whether a reading is newer than what is held, or its fix is. Of two with one identity that which is
 * stored counts, which is the one that came first; of older ones it is not known which that was.
 */
function take(held: Held, reading: StoredReading, isStored: boolean): boolean {
  const order = held.reading === null ? 1 : compareReadings(reading, held.reading)
  if (order === 0 && !isStored) return false
  const isNewerFix = held.fix === null || compareReadings(reading, held.fix) >= (isStored ? 0 : 1)
  const place = isNewerFix ? fixOf(held.device.kind, reading) : undefined
  if (place) held.fix = { measuredAt: reading.measuredAt, seq: reading.seq, place }
  if (order >= 0) held.reading = reading
  return order >= 0 || place !== undefined
}

const stateOf = (held: Held): LatestState => ({
  device: held.device,
  reading: held.reading,
  place: placeOf(held),
})

const isMobile = ({ device }: Held): boolean => fixChannel(device.kind) !== undefined

function placeOf({ device, reading, fix }: Held): Place | null {
  if (fixChannel(device.kind) === undefined) return device.place
  if (fix === null || reading === null) return null
  return reading.measuredAt - fix.measuredAt < FIX_KEPT ? fix.place : null
}
