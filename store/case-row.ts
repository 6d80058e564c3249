import type { Case, CaseBasis, CaseState, LimitUnit } from '#model/case.ts'
import type { Severity } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'

/** A row of `case_record`. */
export interface CaseRow {
  readonly id: string
  readonly number: string
  readonly state: CaseState
  readonly kind: 'part' | 'event'
  readonly object_id: string
  readonly phenomenon: string
  readonly edition: string
  readonly class: string
  readonly condition: string
  readonly severity: Severity
  readonly title: string
  readonly device_id: string
  readonly rule_id: string
  readonly part_id: string | null
  readonly grid_code: string | null
  readonly district: string
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly address: string | null
  readonly department: string | null
  readonly limit_amount: number | null
  readonly limit_unit: LimitUnit | null
  readonly deadline_at: EpochMs | null
  readonly reported_at: EpochMs
  readonly updated_at: EpochMs
  readonly basis: CaseBasis | null
}

export const toCase = (row: CaseRow): Case => ({
  id: row.id,
  number: row.number,
  state: row.state,
  kind: row.kind,
  objectId: row.object_id,
  phenomenon: row.phenomenon,
  edition: row.edition,
  class: row.class,
  condition: row.condition,
  severity: row.severity,
  title: row.title,
  deviceId: row.device_id,
  ruleId: row.rule_id,
  partId: row.part_id,
  gridCode: row.grid_code,
  district: row.district,
  place:
    row.lon_deg === null || row.lat_deg === null
      ? null
      : { lon_deg: row.lon_deg, lat_deg: row.lat_deg },
  address: row.address,
  department: row.department,
  limit:
    row.limit_amount === null || row.limit_unit === null
      ? null
      : { amount: row.limit_amount, unit: row.limit_unit },
  deadlineAt: row.deadline_at,
  reportedAt: row.reported_at,
  updatedAt: row.updated_at,
  basis: row.basis,
})
