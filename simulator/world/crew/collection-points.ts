import type { City } from '#simulator/world/city.ts'
import type { Standing } from '#simulator/world/fixtures.ts'
import type { Stretch } from '#simulator/world/street-plan.ts'
import { hilbertIndex } from './hilbert.ts'
import type { StreetSpot } from './street-spot.ts'

/** A bin of the city, with a sensor or without. */
export interface CollectedBin {
  /** Of its own, and the same in every run of the city. */
  readonly key: string
  readonly device: { readonly index: number; readonly id: string } | null
  readonly partId: string | null
}

/** Bins at one stretch of a street: lifted at one stop. */
export interface CollectionPoint {
  readonly spot: StreetSpot
  readonly bins: readonly CollectedBin[]
}

const ORDER = 10
// A truck stops away from the crossings.
const ENDS = 0.15

/** All points of a city, so that those near each other come near each other. */
export function collectionPoints({
  devices,
  unwatched,
}: Pick<City, 'devices' | 'unwatched'>): readonly CollectionPoint[] {
  const found = new Map<string, { stretch: Stretch; shares: number; bins: CollectedBin[] }>()
  const add = ({ kind, spot, part }: Standing, bin: Pick<CollectedBin, 'key' | 'device'>): void => {
    if (kind !== 'bin-sensor' || !spot) return
    const { axis, from } = spot.stretch
    const name = `${axis} ${from.column} ${from.row}`
    const point = found.get(name) ?? { stretch: spot.stretch, shares: 0, bins: [] }
    found.set(name, point)
    point.shares += spot.share
    point.bins.push({ ...bin, partId: part?.id ?? null })
  }
  for (const device of devices) add(device, { key: device.id, device })
  for (const [index, standing] of unwatched.entries()) {
    add(standing, { key: standing.part?.id ?? `unwatched ${index}`, device: null })
  }
  return [...found.values()]
    .map(({ stretch, shares, bins }) => ({
      index: hilbertIndex(ORDER, stretch.from.column, stretch.from.row),
      point: {
        spot: { stretch, share: Math.max(ENDS, Math.min(1 - ENDS, shares / bins.length)) },
        bins,
      },
    }))
    .sort((a, b) => a.index - b.index)
    .map(({ point }) => point)
}
