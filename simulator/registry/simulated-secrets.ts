import { manCrew, placeFixture } from '#simulator/world/fixtures.ts'
import { localPlane } from '#simulator/world/local-plane.ts'
import type { Ground } from '#simulator/world/spot.ts'
import { planStreets } from '#simulator/world/street-plan.ts'
import { cutUnitGrids } from '#simulator/world/unit-grids.ts'
import { MIDDLE } from '#simulator/world/yuncheng.ts'

const SIMULATED = /^sim-([A-Za-z0-9._-]{1,24})-(?:cover|bin|gauge|truck|patrol)-(\d{6})$/
const MOBILE = ['refuse-truck', 'patrol-terminal']

/**
 * Tells the secrets of devices that a simulated city registered: they follow from the ids. Null
 * for all other devices.
 */
export function simulatedSecrets(): (device: {
  readonly id: string
  readonly kind: string
}) => string | null {
  // A secret follows from seed, kind and number alone; where the device stands plays no part.
  const grounds = new Map<string, Ground>()
  const groundOf = (seed: string): Ground => {
    const ground = grounds.get(seed) ?? groundFrom(seed)
    grounds.set(seed, ground)
    return ground
  }
  return ({ id, kind }) => {
    const [, seed, digits] = SIMULATED.exec(id) ?? []
    if (seed === undefined) return null
    const number = Number(digits)
    const made = MOBILE.includes(kind)
      ? manCrew(seed, kind, number)
      : placeFixture(seed, kind, number, groundOf(seed))
    return made.id === id ? made.secret : null
  }
}

function groundFrom(seed: string): Ground {
  const [plan, plane] = [planStreets(seed), localPlane(MIDDLE)]
  return { plan, plane, map: cutUnitGrids(plan, plane) }
}
