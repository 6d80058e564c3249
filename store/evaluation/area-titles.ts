import { AREA_LEVELS } from '#model/evaluation/evaluation-subject.ts'
import { query, type Session } from '#store/query.ts'

interface NameRow {
  readonly key: string
  readonly district: string
  readonly street: string
  readonly community: string
}

/** What areas are called, by their code, as the unit grids in them say. */
export async function areaTitles(
  session: Session,
  digits: number,
): Promise<ReadonlyMap<string, string>> {
  const rows = await query<NameRow>(
    session,
    `select left(code, $1) as key, min(district) as district, min(street) as street,
       min(community) as community
     from unit_grid group by left(code, $1)`,
    [digits],
  )
  return new Map(rows.map((row) => [row.key, titleOf(row, digits)]))
}

function titleOf({ key, district, street, community }: NameRow, digits: number): string {
  if (digits === AREA_LEVELS.grid) return `${community} ${key.slice(AREA_LEVELS.community)}`
  if (digits === AREA_LEVELS.community) return `${street} ${community}`
  return digits === AREA_LEVELS.street ? street : district
}
