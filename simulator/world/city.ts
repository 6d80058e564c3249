import { Rejected } from '#model/error.ts'
import type { Part } from '#model/part.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import { manCrew, placeFixture, type SimulatedDevice } from './fixtures.ts'
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
}

export interface CityOptions {
  /** 1–24 of `A-Za-z0-9._-`: it is part of every device id. */
  readonly seed: string
  /** How many devices of all kinds together. */
  readonly devices: number
}

const SEED = /^[A-Za-z0-9._-]{1,24}$/

/** Who is in the fleet, by share; a fleet of five has one of each. */
const MIX: readonly { readonly kind: string; readonly share: number; readonly fixed: boolean }[] = [
  { kind: 'manhole-cover', share: 0.5, fixed: true },
  { kind: 'bin-sensor', share: 0.25, fixed: true },
  { kind: 'pipe-gauge', share: 0.1, fixed: true },
  { kind: 'refuse-truck', share: 0.08, fixed: false },
  { kind: 'patrol-terminal', share: 0.07, fixed: false },
]

/**
 * Builds the city. Beyond what the named streets can carry it grows by numbered ones, and only
 * then do devices of the same number stand elsewhere than in a smaller fleet.
 *
 * @throws Rejected('invalid-input') when the seed cannot be part of a device id, or the number of
 *   devices is not a whole number from 1 to 999,999.
 */
export function buildCity({ seed, devices }: CityOptions): City {
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
  const counts = shareOut(devices)
  const fleet = MIX.flatMap(({ kind, fixed }, index) =>
    Array.from({ length: counts[index] as number }, (_, offset) =>
      fixed ? placeFixture(seed, kind, offset + 1, ground) : manCrew(seed, kind, offset + 1),
    ),
  ).map((device, index) => ({ ...device, index }))
  return {
    ...ground,
    seed,
    grids: map.grids,
    parts: fleet.flatMap(({ part }) => part ?? []),
    devices: fleet,
  }
}

// Twelve devices to a unit grid are plenty; a block has about twenty grids.
const DEVICES_PER_BLOCK = 240

function mainsBeyond(devices: number): number {
  let beyond = 0
  while ((ACROSS.length - 1 + 2 * beyond) ** 2 * DEVICES_PER_BLOCK < devices) beyond += 1
  return beyond
}

// Largest remainders, after one for each kind as far as the devices reach.
function shareOut(devices: number): number[] {
  const counts = MIX.map(({ share }, index) =>
    Math.max(index < devices ? 1 : 0, Math.floor(share * devices)),
  )
  const order = MIX.map((_, index) => index).sort((a, b) => rest(b) - rest(a))
  function rest(index: number): number {
    return ((MIX[index]?.share as number) * devices) % 1
  }
  const total = (): number => counts.reduce((sum, count) => sum + count, 0)
  for (let turn = 0; total() < devices; turn += 1) {
    const index = order[turn % order.length] as number
    counts[index] = (counts[index] as number) + 1
  }
  while (total() > devices) {
    const most = counts.indexOf(Math.max(...counts))
    counts[most] = (counts[most] as number) - 1
  }
  return counts
}
