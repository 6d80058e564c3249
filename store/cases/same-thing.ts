import type { CaseLaw } from '#cases/law.ts'
import type { Case, NewReport } from '#model/case.ts'
import { OPEN_CASE_STATES } from '#model/case-state.ts'
import { SAME_SPOT_M } from '#model/filing-policy.ts'
import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import type { Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

type Metres = CaseLaw['metresBetween']

// As a literal, for the partial unique index is found by it.
export const IS_OPEN = `state IN (${OPEN_CASE_STATES.map((state) => `'${state}'`).join(', ')})`

// Any number nobody else uses: who may open a case looks first whether there is one, alone.
const OPENING_LOCK = 7_203_114_509

/** Until the transaction ends nobody else opens a case. To be asked for before any case is locked. */
export async function lockOpening(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1)', [OPENING_LOCK])
}

/** What may have a case already, or had one. Spans go back from now. */
export interface Sought {
  readonly kind: Case['kind']
  readonly class: string | null
  readonly condition: string | null
  readonly objectId: string | null
  readonly phenomenon: string | null
  readonly partId: string | null
  readonly place: Place | null
  readonly mergeSince: EpochMs
  readonly relapseSince: EpochMs
  readonly recurrenceSince: EpochMs
}

/** Some more than 50 m in degrees, for the index; what is found is measured after. */
function boxAround(place: Place | null) {
  if (place === null) return { west: null, south: null, east: null, north: null }
  const { lon_deg, lat_deg } = place
  const up = (SAME_SPOT_M * 1.01) / 111_000
  const across = up / Math.max(0.01, Math.cos((lat_deg * Math.PI) / 180))
  return {
    west: lon_deg - across,
    south: lat_deg - up,
    east: lon_deg + across,
    north: lat_deg + up,
  }
}

const record = (sought: Sought, position: number) => ({
  position,
  kind: sought.kind,
  class: sought.class,
  condition: sought.condition,
  object_id: sought.objectId,
  phenomenon: sought.phenomenon,
  part_id: sought.partId,
  ...boxAround(sought.place),
  merge_since: formatTimestamp(sought.mergeSince),
  relapse_since: formatTimestamp(sought.relapseSince),
  recurrence_since: formatTimestamp(sought.recurrenceSince),
})

const GIVEN = `json_to_recordset($1) AS given(position integer, kind text, class text, condition text,
  object_id text, phenomenon text, part_id text, west double precision, south double precision,
  east double precision, north double precision, merge_since timestamptz, relapse_since timestamptz,
  recurrence_since timestamptz)`

const IN_BOX = `c.lon_deg IS NOT NULL
  AND point(c.lon_deg, c.lat_deg) <@ box(point(given.west, given.south), point(given.east, given.north))`

const isNear = (found: Pick<Case, 'place'>, { place }: Sought, metres: Metres): boolean =>
  found.place !== null && place !== null && metres(found.place, place) <= SAME_SPOT_M

type Placed = CaseRow & { readonly position: number; readonly by_part: boolean }

/** Of each sought thing the open case found first: by its part, else by class, 50 m and time. */
async function firstFound(
  session: Session,
  sought: readonly Sought[],
  condition: string,
  metres: Metres,
): Promise<readonly (Case | undefined)[]> {
  const { rows } = await session.query<Placed>(
    `SELECT given.position, found.* FROM ${GIVEN}, LATERAL (
       (SELECT true AS by_part, c.* FROM case_record c
        WHERE c.part_id = given.part_id AND c.${IS_OPEN} AND ${condition}
        ORDER BY c.condition IS NOT DISTINCT FROM given.condition DESC, c.reported_at DESC LIMIT 1)
       UNION ALL
       (SELECT false AS by_part, c.* FROM case_record c
        WHERE c.${IS_OPEN} AND c.kind = given.kind AND c.class = given.class
          AND c.reported_at >= given.merge_since AND ${IN_BOX}
          AND (given.part_id IS NULL OR c.part_id IS NULL) AND ${condition})
     ) AS found
     ORDER BY given.position, found.by_part DESC, found.reported_at DESC, found.id`,
    [JSON.stringify(sought.map(record))],
  )
  const found = Map.groupBy(rows, ({ position }) => position)
  return sought.map((each, position) => {
    const row = found
      .get(position)
      ?.find((candidate) => candidate.by_part || isNear(toCase(candidate), each, metres))
    return row && toCase(row)
  })
}

/** What people reported of the objects of findings before any device did. */
export const reportedBefore = (
  session: Session,
  sought: readonly Sought[],
  metres: Metres,
): Promise<readonly (Case | undefined)[]> =>
  firstFound(session, sought, 'c.phenomenon IS NULL', metres)

/** The open case a report is about. */
export const aboutTheSame = async (
  session: Session,
  sought: Sought,
  metres: Metres,
): Promise<Case | undefined> => (await firstFound(session, [sought], 'true', metres))[0]

/** What there was before of a new case. */
export interface Past {
  /** A case of the same object and condition that was closed shortly before: it has come back. */
  readonly relapseOf: string | null
  /** How many cases of the same class there were within 50 m. */
  readonly recurrences: number
}

export async function pastOf(
  session: Session,
  sought: readonly Sought[],
  metres: Metres,
): Promise<readonly Past[]> {
  const { rows } = await session.query<{
    readonly relapse_of: string | null
    readonly spots: readonly (readonly [number, number])[] | null
  }>(
    `SELECT (SELECT c.id FROM case_record c
        WHERE c.object_id = given.object_id AND c.state = 'closed'
          AND c.closed_at >= given.relapse_since
          AND (c.phenomenon = given.phenomenon OR c.condition = given.condition
            OR (given.phenomenon IS NULL AND given.condition IS NULL))
        ORDER BY c.closed_at DESC LIMIT 1) AS relapse_of,
       (SELECT json_agg(json_build_array(c.lon_deg, c.lat_deg)) FROM case_record c
        WHERE c.kind = given.kind AND c.class = given.class
          AND c.reported_at >= given.recurrence_since
          AND c.state NOT IN ('rejected', 'voided', 'withdrawn', 'merged') AND ${IN_BOX}) AS spots
     FROM ${GIVEN} ORDER BY given.position`,
    [JSON.stringify(sought.map(record))],
  )
  return sought.map((each, position) => {
    const { relapse_of = null, spots = null } = rows[position] ?? {}
    const near = (spots ?? []).filter(([lon_deg, lat_deg]) =>
      isNear({ place: { lon_deg, lat_deg } }, each, metres),
    )
    return { relapseOf: relapse_of, recurrences: near.length }
  })
}

/** What a report is about, as far as it is sought. */
export const soughtBy = (
  { kind, condition, partId, place }: NewReport,
  digits: string | null,
  since: Pick<Sought, 'mergeSince' | 'relapseSince' | 'recurrenceSince'>,
): Sought => ({
  kind,
  class: digits,
  condition,
  objectId: partId,
  phenomenon: null,
  partId,
  place,
  ...since,
})
