import { Rejected } from '#model/error.ts'
import type { Part } from '#model/part.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import { manCrew, placeFixture, type SimulatedDevice, type Standing } from './fixtures.ts'
import { shareOut, USUAL_MIX } from './fleet-mix.ts'
import { localPlane } from './local-plane.ts'
import type { Ground } from './spot.ts'
import { planStreets } from './street-plan.ts'
import { cutUnitGrids } from './unit-grids.ts'
import { ACROSS, MIDDLE } from './yuncheng.ts'

/** A city with its streets, grids, parts and devices: the same for the same seed and size. */
export interface City extends Ground {
  readonly seed: string
  readonly grids: readonly UnitGrid[]
  readonly parts: readonly Part[]
  readonly devices: readonly SimulatedDevice[]
  /** Parts that no device watches. They are among `parts`. */
  readonly unwatched: readonly Standing[]
}

export interface CityOptions {
  /** 1–24 of `A-Za-z0-9._-`: it is part of every device id. */
  readonly seed: string
  /** How many devices of all kinds together. */
  readonly devices: number
  /** Shares of the kinds; the usual ones when absent. */
  readonly mix?: Readonly<Record<string, number>>
  /** Parts without a device beside one with; none when absent. */
  readonly unwatched?: number
}

const SEED = /^[A-Za-z0-9._-]{1,24}$/
const FIXED = ['manhole-cover', 'bin-sensor', 'pipe-gauge']
/** Numbers of parts without a device begin above those of any fleet. */
const UNWATCHED_FROM = 250_000

/**
 * Builds the city. Beyond what the named streets can carry it grows by numbered ones, and only
 * then do devices of the same number stand elsewhere than in a smaller fleet.
 *
 * @throws Rejected('invalid-input') when the seed cannot be part of a device id, or the number of
 *   devices is not a whole number from 1 to 999,999.
 */
export function buildCity({ seed, devices, mix = USUAL_MIX, unwatched = 0 }: CityOptions): City {
  if (!SEED.test(seed)) {
    throw new Rejected('invalid-input', 'the seed must be 1 to 24 of A-Z a-z 0-9 . _ -')
  }
  if (!Number.isInteger(devices) || devices < 1 || devices > 999_999) {
    throw new Rejected('invalid-input', 'the number of devices must be from 1 to 999999')
  }
  const plan = planStreets(seed, mainsBeyond(devices))
  const plane = localPlane(MIDDLE)
  const map = cutUnitGrids(plan, plane)
  const ground = { plan, plane, map }
  const counts = shareOut(devices, mix)
  const fleet = counts
    .flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, offset) =>
        FIXED.includes(kind)
          ? placeFixture(seed, kind, offset + 1, ground)
          : manCrew(seed, kind, offset + 1),
      ),
    )
    .map((device, index) => ({ ...device, index }))
  const bare = counts.flatMap(([kind, count]) => {
    if (kind !== 'manhole-cover' && kind !== 'bin-sensor') return []
    return Array.from({ length: Math.round(count * unwatched) }, (_, offset): Standing => {
      const { medium, spot, part } = placeFixture(seed, kind, UNWATCHED_FROM + offset, ground)
      return { kind, medium, spot, part }
    })
  })
  return {
    ...ground,
    seed,
    grids: map.grids,
    parts: [...fleet, ...bare].flatMap(({ part }) => part ?? []),
    devices: fleet,
    unwatched: bare,
  }
}

// Twelve devices to a unit grid are plenty; a block has about twenty grids.
const DEVICES_PER_BLOCK = 240

function mainsBeyond(devices: number): number {
  let beyond = 0
  while ((ACROSS.length - 1 + 2 * beyond) ** 2 * DEVICES_PER_BLOCK < devices) beyond += 1
  return beyond
}
