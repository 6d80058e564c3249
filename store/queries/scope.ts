import type { Scope } from '#model/principal.ts'
import type { Conditions } from './conditions.ts'

/**
 * Where a table keeps what bounds an account: an expression for each, or null where its rows are not
 * bounded in that respect. Naming all three is what keeps a bound from being forgotten.
 *
 * `area` gives an area code; an index for a district is on `left(area, 6)`. A row in which an
 * expression is null is seen only by those who are not bounded in that respect.
 */
export interface ScopeColumns {
  readonly area: string | null
  readonly network: string | null
  readonly department: string | null
}

/** Only what the scope lets one see. For whom nothing is bounded it adds no condition. */
export function addScope(where: Conditions, scope: Scope, columns: ScopeColumns): Conditions {
  for (const { text, values } of bounds(scope, columns)) where.add(text, ...values)
  return where
}

/** The same as one condition, for whoever puts it beside another. */
export function scopeCondition(scope: Scope, columns: ScopeColumns): Bound {
  const parts = bounds(scope, columns)
  return {
    text: parts.length === 0 ? 'true' : parts.map(({ text }) => text).join(' and '),
    values: parts.flatMap(({ values }) => values),
  }
}

/** The area of a device, as `districtOf` has it: of its unit grid, else the district of its part. */
export const DEVICE_AREA = 'coalesce(grid_code, left(part_id, 6))'
/** Of a part: its unit grid, else the district its own code begins with. */
export const PART_AREA = 'coalesce(grid_code, left(id, 6))'

/** What bounds the rows of the table `device`. */
export const DEVICE_SCOPE: ScopeColumns = {
  area: DEVICE_AREA,
  network: 'device_group',
  department: null,
}

/** What is seen of an area, by the beginning of its code: nothing where it lies outside. */
export function withinArea(scope: Scope, area: string): Scope {
  const { areas } = scope
  const isSeen = areas === null || areas.some((each) => area.startsWith(each))
  return { ...scope, areas: isSeen ? [area] : areas.filter((each) => each.startsWith(area)) }
}

/** Areas that are better looked through one by one, each in the order of its index, than at once. */
const AREAS_APART_MAX = 8

/** The same bounds as scopes of one area each, where there are only some; no row is in two of them. */
export function areasApart(scope: Scope): readonly Scope[] {
  if (scope.areas === null) return [scope]
  const areas = withoutCovered(scope.areas)
  if (areas.length < 2 || areas.length > AREAS_APART_MAX) return [scope]
  return areas.map((area) => ({ ...scope, areas: [area] }))
}

/** What is in no network is not seen by those who are bounded to some. */
const NONE = 'null::text'

/** What bounds the rows of the table `part`. */
export const PART_SCOPE: ScopeColumns = { area: PART_AREA, network: NONE, department: null }
/** What bounds the rows of the table `unit_grid`. */
export const GRID_SCOPE: ScopeColumns = { area: 'code', network: NONE, department: null }

/** Only rows about a device that is seen. Of a device that was removed only the unbounded see rows. */
export const addDeviceScope = (where: Conditions, scope: Scope, deviceId: string): Conditions =>
  addScopeOf(
    where,
    scope,
    DEVICE_SCOPE,
    (condition) => `${deviceId} in (select id from device where ${condition})`,
  )

/** Only rows bounded by what they refer to: `within` puts the condition on that into one on the rows. */
export function addScopeOf(
  where: Conditions,
  scope: Scope,
  columns: ScopeColumns,
  within: (condition: string) => string,
): Conditions {
  const parts = bounds(scope, columns)
  if (parts.length === 0) return where
  const text = parts.map((part) => part.text).join(' and ')
  return where.add(within(text), ...parts.flatMap((part) => part.values))
}

const GRID_CODE_LENGTH = 15

interface Bound {
  readonly text: string
  readonly values: readonly unknown[]
}

function bounds({ areas, networks, departments }: Scope, columns: ScopeColumns): Bound[] {
  const { area, network, department } = columns
  return [
    area === null || areas === null ? undefined : inAreas(area, areas),
    network === null || networks === null ? undefined : isOneOf(network, networks),
    department === null || departments === null ? undefined : isOneOf(department, departments),
  ].filter((bound) => bound !== undefined)
}

/** One value is compared by itself, so that an index can hand out its rows in order. */
const isOneOf = (expression: string, values: readonly string[]): Bound =>
  values.length === 1
    ? { text: `${expression} = ?`, values }
    : { text: `${expression} = any(?::text[])`, values: [values] }

/** Whether an area code begins with one of some areas. Indexes are on these expressions. */
function inAreas(column: string, areas: readonly string[]): Bound {
  const byLength = Map.groupBy(withoutCovered(areas), ({ length }) => length)
  const parts = [...byLength].map(([length, some]) =>
    isOneOf(length < GRID_CODE_LENGTH ? `left(${column}, ${length})` : column, some),
  )
  const text = parts.length === 0 ? 'false' : `(${parts.map((part) => part.text).join(' or ')})`
  return { text, values: parts.flatMap((part) => part.values) }
}

/** Without the areas that lie in another one of them. */
function withoutCovered(areas: readonly string[]): string[] {
  const all = new Set(areas)
  return [...all].filter(
    (area) => ![6, 9, 12].some((length) => length < area.length && all.has(area.slice(0, length))),
  )
}
