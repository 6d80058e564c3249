import { bbox } from '@turf/bbox'
import { type CityLine, isStreet, type LineClass, type LineGeometry } from '#model/city-line.ts'
import { query, type Session } from '#store/query.ts'
import { pathLength_m, pathsOf } from './paths.ts'

export interface LineRow {
  readonly id: string
  readonly class: LineClass
  readonly name: string | null
  readonly diameter_mm: number | null
  readonly width_m: number | null
  readonly material: string | null
  readonly owning_department: string | null
  readonly line_group: string | null
  readonly length_m: number
  readonly geometry: LineGeometry
}

export const LINE_COLUMNS =
  'id, class, name, diameter_mm, width_m, material, owning_department, line_group, length_m, geometry'

/** A line as the registry keeps it. */
export interface LineRecord {
  readonly id: string
  readonly class: LineClass
  readonly name: string | null
  readonly diameter_mm: number | null
  readonly width_m: number | null
  readonly material: string | null
  readonly owningDepartment: string | null
  readonly group: string | null
  readonly length_m: number
  readonly geometry: LineGeometry
}

export const toLineRecord = ({ owning_department, line_group, ...row }: LineRow): LineRecord => ({
  id: row.id,
  class: row.class,
  name: row.name,
  diameter_mm: row.diameter_mm,
  width_m: row.width_m,
  material: row.material,
  owningDepartment: owning_department,
  group: line_group,
  length_m: row.length_m,
  geometry: row.geometry,
})

const STREETS_FROM: Readonly<Partial<Record<LineClass, number>>> = {
  arterial: 0,
  collector: 12,
  lane: 14,
}
/** The widest pipes are seen from farthest: at least so many millimetres from that zoom on. */
const PIPES_FROM: readonly (readonly [diameter_mm: number, zoom: number])[] = [
  [1_000, 13],
  [600, 14],
]
const OTHERS_FROM = 15

/** How near a map must be for a line to be drawn. */
export function fromZoom({ class: its, diameter_mm = 0 }: CityLine): number {
  if (isStreet(its)) return STREETS_FROM[its] ?? OTHERS_FROM
  return PIPES_FROM.find(([least]) => diameter_mm >= least)?.[1] ?? OTHERS_FROM
}

/**
 * Writes lines in one statement, over those that are there. What a line leaves out stays where
 * `keeps`, and is taken away otherwise. @returns which of them are new
 */
export function writeLines(
  session: Session,
  lines: readonly CityLine[],
  keeps: boolean,
): Promise<{ readonly id: string; readonly is_new: boolean }[]> {
  const rows = lines.map((line) => {
    const [west, south, east, north] = bbox(line.geometry as Parameters<typeof bbox>[0])
    const length_m = pathsOf(line.geometry).reduce((sum, path) => sum + pathLength_m(path), 0)
    return { ...line, west, south, east, north, length_m, from_zoom: fromZoom(line) }
  })
  const after = (column: string): string =>
    keeps
      ? `${column} = coalesce(excluded.${column}, city_line.${column})`
      : `${column} = excluded.${column}`
  const optional = ['name', 'diameter_mm', 'width_m', 'material', 'owning_department', 'line_group']
  // By a diameter that stays.
  const zoom = keeps
    ? `case when excluded.diameter_mm is null and excluded.class = city_line.class
         then city_line.from_zoom else excluded.from_zoom end`
    : 'excluded.from_zoom'
  return query(
    session,
    `insert into city_line (${LINE_COLUMNS}, bounds, from_zoom)
     select id, class, name, diameter_mm, width_m, material, "owningDepartment", "group", length_m,
       geometry, box(point(east, north), point(west, south)), from_zoom
       from jsonb_to_recordset($1::jsonb) as given(id text, class text, name text,
         diameter_mm double precision, width_m double precision, material text,
         "owningDepartment" text, "group" text, length_m double precision, geometry jsonb,
         west double precision, south double precision, east double precision,
         north double precision, from_zoom smallint)
     order by id
     on conflict (id) do update set class = excluded.class, ${optional.map(after).join(', ')},
       geometry = excluded.geometry, bounds = excluded.bounds, length_m = excluded.length_m,
       from_zoom = ${zoom}, updated_at = now()
     returning id, xmax = 0 as is_new`,
    [JSON.stringify(rows)],
  )
}
