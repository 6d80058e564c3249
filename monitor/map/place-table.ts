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
  #tags = new Uint8Array(FIRST_SLOTS)
  #found = new Int32Array(FIRST_SLOTS)
  readonly #free: number[] = []
  #used = 0

  /** A number without a place. `tag`: a small number that is kept with it. */
  take(tag: number): number {
    if (this.#free.length === 0 && this.#used === this.#lon.length) this.#grow()
    const slot = this.#free.pop() ?? this.#used++
    this.#tags[slot] = tag
    return slot
  }

  tag(slot: number): number {
    return this.#tags[slot] ?? 0
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

  /** Numbers of the places in a box; good until the next call. */
  within(box: Box): Int32Array {
    const [found, lon, lat] = [this.#found, this.#lon, this.#lat]
    let count = 0
    for (let slot = 0; slot < this.#used; slot++) {
      if (holds(box, lon[slot] as number, lat[slot] as number)) found[count++] = slot
    }
    return found.subarray(0, count)
  }

  isIn(slot: number, box: Box): boolean {
    return holds(box, this.lon(slot), this.lat(slot))
  }

  /**
   * Tells which of `across` × `across` squares over the whole map a place is in, counted from the corner
   * of a box: near it the numbers are small, which makes them quick to look up.
   */
  cells([west, , , north]: Box, across: number): (slot: number) => number {
    const [lon, y] = [this.#lon, this.#y]
    const column = (lon_deg: number): number =>
      Math.min(across - 1, Math.floor(((lon_deg + 180) / 360) * across))
    const row = (at: number): number => Math.max(0, Math.min(across - 1, Math.floor(at * across)))
    const corner = row(southing(north)) * across + column(west)
    return (slot) => row(y[slot] as number) * across + column(lon[slot] as number) - corner
  }

  #grow(): void {
    const size = this.#lon.length * 2
    this.#lon = grown(this.#lon, size)
    this.#lat = grown(this.#lat, size)
    this.#y = grown(this.#y, size)
    const tags = new Uint8Array(size)
    tags.set(this.#tags)
    this.#tags = tags
    this.#found = new Int32Array(size)
  }
}

function grown(column: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size).fill(Number.NaN)
  larger.set(column)
  return larger
}
