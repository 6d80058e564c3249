import distance from '@turf/distance'
import type { Case } from '#model/case.ts'
import { Rejected } from '#model/error.ts'
import type { Place } from '#model/place.ts'
import type { CaseWorld, InspectorOnDuty } from './case-world.ts'
import { refuse } from './refusal.ts'

/**
 * Who is to look at a case on site: the one who was named, else of those on duty in its area the
 * nearest, and where places are not known any of them.
 *
 * @throws Rejected `invalid-input` when the one named is no inspector, `conflict` when nobody is on duty
 */
export function chosenInspector(
  current: Case,
  named: string | undefined,
  world: Pick<CaseWorld, 'inspectors' | 'isInspector'>,
): string {
  if (named !== undefined) {
    if (world.isInspector(named)) return named
    const detail = `${named} is no inspector`
    throw new Rejected('invalid-input', detail, {
      detail: { errors: [{ field: 'inspectorId', detail }] },
    })
  }
  const nearest = nearestInspector(current, world.inspectors)
  if (nearest === undefined) throw refuse(current, 'no inspector is on duty in its area: name one')
  return nearest.accountId
}

function nearestInspector(
  { place, areaCode }: Pick<Case, 'place' | 'areaCode'>,
  inspectors: readonly InspectorOnDuty[],
): InspectorOnDuty | undefined {
  const here = inspectors.filter(
    ({ areas }) => areas === null || areas.some((area) => areaCode.startsWith(area)),
  )
  return here.toSorted((a, b) => away(a.place, place) - away(b.place, place))[0]
}

/** An inspector with an account, on duty or not. */
export interface RosteredInspector {
  readonly accountId: string
  readonly name: string
  /** Area codes begin with one of these; null: the whole city. */
  readonly areas: readonly string[] | null
  /** Null: not on duty. */
  readonly onDuty: Pick<InspectorOnDuty, 'place'> | null
}

export interface AskableInspector {
  readonly accountId: string
  readonly name: string
  readonly isOnDuty: boolean
  /** From the place of the case, in a straight line; null where one of the two is not known. */
  readonly distance_m: number | null
}

/** Who may be asked to look at a case: those of its area, who is on duty and near first. */
export function askableInspectors(
  { place, areaCode }: Pick<Case, 'place' | 'areaCode'>,
  roster: readonly RosteredInspector[],
): readonly AskableInspector[] {
  return roster
    .filter(({ areas }) => areas === null || areas.some((area) => areaCode.startsWith(area)))
    .map(({ accountId, name, onDuty }) => {
      const from = onDuty?.place ?? null
      const isKnown = from !== null && place !== null
      const distance_m = isKnown ? Math.round(metresBetween(from, place)) : null
      return { accountId, name, isOnDuty: onDuty !== null, distance_m }
    })
    .toSorted(
      (a, b) =>
        Number(b.isOnDuty) - Number(a.isOnDuty) ||
        (a.distance_m ?? FAR_M) - (b.distance_m ?? FAR_M) ||
        a.name.localeCompare(b.name, 'zh'),
    )
}

// Subtracting one infinity from another is no order: those nobody can place come last, alike.
const FAR_M = 1e9

export const metresBetween = (a: Place, b: Place): number =>
  distance([a.lon_deg, a.lat_deg], [b.lon_deg, b.lat_deg], { units: 'meters' })

const away = (from: Place | null, to: Place | null): number =>
  from === null || to === null ? FAR_M : metresBetween(from, to)
