import { Buffer } from 'node:buffer'
import { type Box, isInBox, overlaps } from '#model/box.ts'
import type { Place } from '#model/place.ts'
import type { StoredReading } from '#model/reading.ts'
import { seesDevice } from '#model/sees-device.ts'
import { stateDocument } from './event-documents.ts'
import { frame } from './live-event.ts'
import type { LiveFilter } from './live-filter.ts'
import { type NextStates, WRITE_BYTES } from './live-viewer.ts'
import { type LiveState, type LogEntry, StateLog } from './state-log.ts'

/** What a device said last, and where it is. */
export interface MapState extends LiveState {
  readonly reading: StoredReading | null
}

/** Buffers are cut from larger ones, so that one that is held for long holds its neighbours too. */
const HELD_MS = 1_000

type Part = ReturnType<NextStates>

/**
 * The newest states for those who look at the map. Each is written once for all of them, and those who
 * look at the same box and may see the same get the same bytes.
 */
export class MapFeed {
  readonly #log = new StateLog<MapState>()
  /** What was put together in this slice, by what it is of. */
  readonly #parts = new Map<string, Part>()
  /** Whose bytes are held for the viewers whose turn comes next. */
  #written: LogEntry<MapState>[] = []
  #heldSince = 0

  get last(): number {
    return this.#log.last
  }

  add(state: MapState, before: Place | null): void {
    this.#log.add(state, before)
  }

  clear(): void {
    this.#log.clear()
    this.#parts.clear()
    this.#letGo()
  }

  /** Viewers were told, and know the log to these numbers. */
  told(told: readonly (number | null)[]): void {
    this.#parts.clear()
    if (performance.now() - this.#heldSince > HELD_MS) this.#letGo()
    const numbers = told.filter((number) => number !== null)
    this.#log.toldTo(Math.min(this.#log.last, ...numbers))
  }

  /** What a viewer has not been told after a number, as much as is written at a time. */
  next(filter: LiveFilter, from: number): Part {
    if (from >= this.#log.last) return null
    const key = `${from} ${this.#log.last} ${keyOf(filter)}`
    const known = this.#parts.get(key)
    if (known !== undefined) return known
    const part = this.#gather(filter, from)
    this.#parts.set(key, part)
    return part
  }

  #gather({ box, devices, scope }: LiveFilter, from: number): Part {
    const found: Buffer[] = []
    let [bytes, until] = [0, this.#log.last]
    for (const entry of this.#log.near(box as Box, from)) {
      const { state, number } = entry
      if (!isSeen(box as Box, entry) || devices?.has(state.device.id)) continue
      if (!seesDevice(scope, state.device)) continue
      const written = this.#write(entry)
      found.push(written)
      bytes += written.length
      if (bytes < WRITE_BYTES) continue
      until = number
      break
    }
    return { bytes: found.length === 0 ? null : Buffer.concat(found, bytes), until }
  }

  #write(entry: LogEntry<MapState>): Buffer {
    if (entry.bytes === null) {
      entry.bytes = frame('reading', stateDocument(entry.state))
      this.#written.push(entry)
    }
    return entry.bytes
  }

  #letGo(): void {
    for (const entry of this.#written) entry.bytes = null
    this.#written = []
    this.#heldSince = performance.now()
  }
}

const isSeen = (box: Box, { state: { place }, passed }: LogEntry<MapState>): boolean =>
  (place !== null && isInBox(box, place)) || (passed !== null && overlaps(box, passed))

const keys = new WeakMap<LiveFilter, string>()

/** The same for filters that let the same through. */
function keyOf(filter: LiveFilter): string {
  const known = keys.get(filter)
  if (known !== undefined) return known
  const { box, scope, devices } = filter
  const key = JSON.stringify([box, scope, devices ? [...devices] : null])
  keys.set(filter, key)
  return key
}
