import type { Place } from '#model/place.ts'

/** Mean radius of the earth in metres (IUGG). */
const RADIUS_M = 6_371_008.8

/** In metres from the middle of the earth, so that neither poles nor the date line matter. */
export type Point = readonly [x_m: number, y_m: number, z_m: number]

export function pointOf({ lon_deg, lat_deg }: Place): Point {
  const [lon, lat] = [(lon_deg * Math.PI) / 180, (lat_deg * Math.PI) / 180]
  const fromAxis_m = RADIUS_M * Math.cos(lat)
  return [fromAxis_m * Math.cos(lon), fromAxis_m * Math.sin(lon), RADIUS_M * Math.sin(lat)]
}

interface Sited {
  readonly point: Point
}

/** Finds what stands within a distance along the ground, in cubes with that distance for an edge. */
export class SiteIndex<Site extends Sited> {
  readonly #cubes = new Map<number, Set<Site>>()
  readonly #chord_m: number
  readonly #edge_m: number

  constructor(within_m: number) {
    this.#chord_m = 2 * RADIUS_M * Math.sin(Math.min(within_m / RADIUS_M, Math.PI) / 2)
    // Of a distance of nothing no cubes could be made.
    this.#edge_m = Math.max(this.#chord_m, 1)
  }

  add(site: Site): void {
    const key = keyOf(this.#cubeOf(site.point))
    const cube = this.#cubes.get(key)
    if (cube) cube.add(site)
    else this.#cubes.set(key, new Set([site]))
  }

  remove(site: Site): void {
    const key = keyOf(this.#cubeOf(site.point))
    const cube = this.#cubes.get(key)
    cube?.delete(site)
    if (cube?.size === 0) this.#cubes.delete(key)
  }

  /** Itself too, if it was added; the same one perhaps more than once. */
  near(site: Site): readonly Site[] {
    const found: Site[] = []
    const [x, y, z] = this.#cubeOf(site.point)
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let dz = -1; dz <= 1; dz++) {
          const cube = this.#cubes.get(keyOf([x + dx, y + dy, z + dz])) ?? []
          for (const other of cube) if (this.#isNear(site.point, other.point)) found.push(other)
        }
      }
    }
    return found
  }

  #isNear([x, y, z]: Point, [ox, oy, oz]: Point): boolean {
    return (x - ox) ** 2 + (y - oy) ** 2 + (z - oz) ** 2 <= this.#chord_m ** 2
  }

  #cubeOf([x, y, z]: Point): Point {
    const edge_m = this.#edge_m
    return [Math.floor(x / edge_m), Math.floor(y / edge_m), Math.floor(z / edge_m)]
  }
}

/** Cubes that share a key cost a few comparisons more, and nothing else. */
const keyOf = ([x, y, z]: Point): number =>
  Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663) ^ Math.imul(z, 83_492_791)
