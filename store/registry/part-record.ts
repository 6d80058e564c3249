import type { Part, PartPatch, PartState } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { chosen, placeOfRow } from './device-record.ts'
import type { GridSet } from './grid-locator.ts'

/** A part as the registry keeps it. */
export interface PartRecord {
  readonly id: string
  readonly name: string
  readonly supervisingDepartment: string | null
  readonly owningDepartment: string | null
  readonly maintainingDepartment: string | null
  readonly gridCode: string | null
  readonly state: PartState
  readonly place: Place | null
  readonly address: string | null
  readonly note: string | null
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** A row of the table `part`. */
export interface PartRow {
  readonly id: string
  readonly name: string
  readonly supervising_department: string | null
  readonly owning_department: string | null
  readonly maintaining_department: string | null
  readonly grid_code: string | null
  readonly state: PartState
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly address: string | null
  readonly note: string | null
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
}

export const PART_COLUMNS =
  'id, name, supervising_department, owning_department, maintaining_department, grid_code, ' +
  'state, lon_deg, lat_deg, address, note, created_at, updated_at'

export const toPartRecord = (row: PartRow): PartRecord => ({
  id: row.id,
  name: row.name,
  supervisingDepartment: row.supervising_department,
  owningDepartment: row.owning_department,
  maintainingDepartment: row.maintaining_department,
  gridCode: row.grid_code,
  state: row.state,
  place: placeOfRow(row),
  address: row.address,
  note: row.note,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** The part after a change; what the change leaves out stays. A place decides over a given grid. */
export function changePart(
  before: PartRecord | undefined,
  change: Part | PartPatch,
  id: string,
  grids: GridSet,
  now: EpochMs,
): PartRecord {
  const place = changedPlace(change, before?.place ?? null)
  const located = place === null ? undefined : grids.locate(place)
  return {
    id,
    name: change.name ?? before?.name ?? '',
    supervisingDepartment: chosen(change.supervisingDepartment, before?.supervisingDepartment),
    owningDepartment: chosen(change.owningDepartment, before?.owningDepartment),
    maintainingDepartment: chosen(change.maintainingDepartment, before?.maintainingDepartment),
    gridCode: located?.code ?? chosen(change.gridCode, before?.gridCode),
    state: change.state ?? before?.state ?? 'intact',
    place,
    address: chosen(change.address, before?.address),
    note: chosen(change.note, before?.note),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }
}

function changedPlace({ lon_deg, lat_deg }: Part | PartPatch, before: Place | null): Place | null {
  if (lon_deg === undefined && lat_deg === undefined) return before
  return typeof lon_deg === 'number' && typeof lat_deg === 'number' ? { lon_deg, lat_deg } : null
}

/** Parts as they are stored, kept from changing until the end of the transaction. */
export async function lockParts(
  session: Session,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PartRecord>> {
  const rows = await query<PartRow>(
    session,
    `select ${PART_COLUMNS} from part where id = any($1) order by id for update`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, toPartRecord(row)]))
}

/** Writes parts in one statement and hands back the rows that were written. */
export function writeParts(
  session: Session,
  parts: readonly PartRecord[],
  existing: 'leave' | 'overwrite',
): Promise<PartRow[]> {
  const action = existing === 'leave' ? 'nothing' : `update set ${OVERWRITE}`
  return query<PartRow>(
    session,
    `insert into part (${PART_COLUMNS})
     select ${PART_COLUMNS} from jsonb_to_recordset($1::jsonb) as given(
       id text, name text, supervising_department text, owning_department text,
       maintaining_department text, grid_code text, state text, lon_deg double precision,
       lat_deg double precision, address text, note text, created_at timestamptz,
       updated_at timestamptz)
     order by id
     on conflict (id) do ${action}
     returning ${PART_COLUMNS}`,
    [JSON.stringify(parts.map(toStoredRow))],
  )
}

const OVERWRITE = PART_COLUMNS.split(', ')
  .filter((column) => column !== 'id' && column !== 'created_at')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

const toStoredRow = (part: PartRecord) => ({
  id: part.id,
  name: part.name,
  supervising_department: part.supervisingDepartment,
  owning_department: part.owningDepartment,
  maintaining_department: part.maintainingDepartment,
  grid_code: part.gridCode,
  state: part.state,
  lon_deg: part.place?.lon_deg,
  lat_deg: part.place?.lat_deg,
  address: part.address,
  note: part.note,
  created_at: formatInstant(part.createdAt),
  updated_at: formatInstant(part.updatedAt),
})
