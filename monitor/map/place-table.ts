import { type Box, holds } from '#model/box.ts'
import type { Place } from '#model/place.ts'

const FIRST_SLOTS = 1_024
const RADIANS = Math.PI / 180

/** From the north pole's end of the Web Mercator square, 0, to the south's, 1. */
const southing = (lat_deg: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (lat_deg * RADIANS) / 2)) / (2 * Math.PI)

/** Places by number, in columns, so that a hundred thousand are looked through in a millisecond. */
export class PlaceTable {
  #lon = new Float64Array(FIRST_SLOTS).fill(Number.NaN)
  #lat = new Float64Array(FIRST_SLOTS).fill(Number.NaN)
  /** On the Web Mercator square of a map's tiles. */
  #y = new Float64Array(FIRST_SLOTS)
  #found = new Int32Array(FIRST_SLOTS)
  readonly #free: number[] = []
  #used = 0

  /** A number without a place. */
  take(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#used === this.#lon.length) this.#grow()
    return this.#used++
  }

  release(slot: number): void {
    this.set(slot, null)
    this.#free.push(slot)
  }

  set(slot: number, place: Place | null): void {
    this.#lon[slot] = place?.lon_deg ?? Number.NaN
    this.#lat[slot] = place?.lat_deg ?? Number.NaN
    this.#y[slot] = place === null ? Number.NaN : southing(place.lat_deg)
  }

  lon(slot: number): number {
    return this.#lon[slot] ?? Number.NaN
  }

  lat(slot: number): number {
    return this.#lat[slot] ?? Number.NaN
  }

  isIn(slot: number, box: Box): boolean {
    return holds(box, this.lon(slot), this.lat(slot))
  }

  /** Numbers of the places in a box; good until the next call. */
  within(box: Box): Int32Array {
    const [found, lon, lat] = [this.#found, this.#lon, this.#lat]
    let count = 0
    for (let slot = 0; slot < this.#used; slot++) {
      if (holds(box, lon[slot] as number, lat[slot] as number)) found[count++] = slot
    }
    return found.subarray(0, count)
  }

  /** Which of `across` × `across` squares over the whole map a place is in. */
  cell(slot: number, across: number): number {
    const column = Math.min(across - 1, Math.floor(((this.lon(slot) + 180) / 360) * across))
    const row = Math.max(0, Math.min(across - 1, Math.floor((this.#y[slot] as number) * across)))
    return row * across + column
  }

  #grow(): void {
    const size = this.#lon.length * 2
    this.#lon = grown(this.#lon, size)
    this.#lat = grown(this.#lat, size)
    this.#y = grown(this.#y, size)
    this.#found = new Int32Array(size)
  }
}

function grown(column: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size).fill(Number.NaN)
  larger.set(column)
  return larger
}
