import type { Case } from '#model/case.ts'
import { formatTimestamp } from './timestamp.ts'

type SqlType =
  | 'uuid'
  | 'text'
  | 'text[]'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'timestamptz'
  | 'jsonb'
  | 'double precision'

/** Kept in two columns each. */
type Paired = 'place' | 'limit'

/** Every other field of a case has the column of its name, in snake case. */
const FIELDS: Readonly<Record<Exclude<keyof Case, Paired>, SqlType>> = {
  id: 'uuid',
  number: 'text',
  version: 'integer',
  state: 'text',
  source: 'text',
  kind: 'text',
  objectId: 'text',
  phenomenon: 'text',
  edition: 'text',
  class: 'text',
  condition: 'text',
  severity: 'text',
  title: 'text',
  description: 'text',
  deviceId: 'text',
  ruleId: 'text',
  partId: 'text',
  gridCode: 'text',
  district: 'text',
  areaCode: 'text',
  network: 'text',
  address: 'text',
  department: 'text',
  departmentId: 'text',
  outsideSystem: 'text',
  outsideNumber: 'text',
  basis: 'jsonb',
  deadlineAt: 'timestamptz',
  soonAt: 'timestamptz',
  deadlineMark: 'text',
  handleDeadlineAt: 'timestamptz',
  originalDeadlineAt: 'timestamptz',
  caseDeadlineAt: 'timestamptz',
  caseSoonAt: 'timestamptz',
  caseDeadlineMark: 'text',
  lateDuties: 'text[]',
  nextAlarmAt: 'timestamptz',
  parkedUntil: 'timestamptz',
  handleLeft_ms: 'bigint',
  caseLeft_ms: 'bigint',
  reportedAt: 'timestamptz',
  stateSince: 'timestamptz',
  acceptedAt: 'timestamptz',
  preVerifiedAt: 'timestamptz',
  filedAt: 'timestamptz',
  dispatchedAt: 'timestamptz',
  startedAt: 'timestamptz',
  fedBackAt: 'timestamptz',
  checkedAt: 'timestamptz',
  closedAt: 'timestamptz',
  updatedAt: 'timestamptz',
  reportedBy: 'uuid',
  acceptedBy: 'uuid',
  preVerifiedBy: 'uuid',
  filedBy: 'uuid',
  dispatchedBy: 'uuid',
  handledBy: 'uuid',
  checkedBy: 'uuid',
  closedBy: 'uuid',
  inspectorId: 'uuid',
  isUrgent: 'boolean',
  isKey: 'boolean',
  isAutomatic: 'boolean',
  isTouched: 'boolean',
  extensions: 'integer',
  parkings: 'integer',
  returns: 'integer',
  reworks: 'integer',
  urgings: 'integer',
  reopenings: 'integer',
  joined: 'integer',
  recurrences: 'integer',
  request: 'jsonb',
  masterId: 'uuid',
  relapseOf: 'uuid',
  watch: 'text',
  verify_ms: 'bigint',
}

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const FIELD_COLUMNS = Object.entries(FIELDS).map(([field, type]) => ({
  field: field as Exclude<keyof Case, Paired>,
  column: snake(field),
  type,
}))

/** The columns of `case_record` that hold a case, with their types. */
export const CASE_COLUMNS: readonly { readonly column: string; readonly type: SqlType }[] = [
  ...FIELD_COLUMNS,
  { column: 'lon_deg', type: 'double precision' },
  { column: 'lat_deg', type: 'double precision' },
  { column: 'limit_amount', type: 'double precision' },
  { column: 'limit_unit', type: 'text' },
]

/** A row of `case_record` as `pg` hands it over. */
export type CaseRow = Readonly<Record<string, unknown>> & { readonly id: string }

export function toCase(row: CaseRow): Case {
  const fields = FIELD_COLUMNS.map(({ field, column }) => [field, row[column]] as const)
  const { lon_deg, lat_deg, limit_amount: amount, limit_unit: unit } = row
  return {
    ...Object.fromEntries(fields),
    place: lon_deg === null ? null : { lon_deg, lat_deg },
    limit: amount === null ? null : { amount, unit },
  } as unknown as Case
}

/** A case as `json_to_recordset` reads it. */
export function caseRecord(entry: Case): Readonly<Record<string, unknown>> {
  const fields = FIELD_COLUMNS.map(({ field, column, type }) => {
    const value = entry[field]
    const isInstant = type === 'timestamptz' && value !== null
    return [column, isInstant ? formatTimestamp(value as Case['updatedAt']) : value] as const
  })
  return {
    ...Object.fromEntries(fields),
    lon_deg: entry.place?.lon_deg ?? null,
    lat_deg: entry.place?.lat_deg ?? null,
    limit_amount: entry.limit?.amount ?? null,
    limit_unit: entry.limit?.unit ?? null,
  }
}
