import type { Case } from '#model/case.ts'
import { type CaseState, STATE_FACTS } from '#model/case-state.ts'
import { findClass, findCondition } from '#model/catalogue.ts'
import { OUTSIDE_INSTANTS, type OutsideCase } from '#model/outside-case.ts'
import type { Place } from '#model/place.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { shortened } from './opening.ts'

/** What is known here of what a case of another system names. */
export interface KnownOutside {
  readonly gridCode: string | null
  readonly district: string
  /** Of the department that handles it. */
  readonly departmentId: string | null
  /** Of the case it was merged into. */
  readonly masterId: string | null
}

/** A case of another system with what is known of it here. */
export interface HandedOver {
  readonly record: OutsideCase
  readonly known: KnownOutside
}

/** States in which a department has the case, or had it just now. */
const WITH_DEPARTMENT: readonly CaseState[] = [
  'dispatched',
  'handling',
  'parked',
  'fed-back',
  'checking',
  'checked',
]

/** Whether a case in that state is lost unless a department is known for it. */
export const needsDepartment = (state: CaseState): boolean => WITH_DEPARTMENT.includes(state)

const BEFORE_DISPATCH: readonly CaseState[] = ['reported', 'verifying', 'accepted', 'filed']

/** The fields of a case that another system says, but for its state and the clocks that hang on it. */
export function outsideFields({ record, known }: HandedOver): Partial<Case> {
  const condition =
    record.condition === null ? undefined : findCondition(record.kind, record.condition)
  return {
    source: record.source,
    kind: record.kind,
    edition: record.edition,
    class: record.class,
    condition: record.condition,
    limit: condition?.limit ?? null,
    severity: record.severity,
    title: titleOf(record),
    description: record.description,
    objectId: record.partId,
    partId: record.partId,
    gridCode: known.gridCode,
    district: known.district,
    areaCode: known.gridCode ?? known.district,
    place: placeOf(record),
    address: record.address,
    department: record.department,
    departmentId: BEFORE_DISPATCH.includes(record.state) ? null : known.departmentId,
    ...Object.fromEntries(OUTSIDE_INSTANTS.map((name) => [name, record[name]])),
    ...(record.state === 'closed' && { closedAt: stateInstant(record) }),
    handleDeadlineAt: record.handleDeadlineAt,
    originalDeadlineAt: record.originalDeadlineAt ?? record.handleDeadlineAt,
    caseDeadlineAt: record.caseDeadlineAt,
    parkedUntil: record.state === 'parked' ? record.parkedUntil : null,
    lateDuties: record.lateDuties,
    isUrgent: record.isUrgent,
    isKey: record.isKey,
    extensions: record.extensions,
    parkings: record.parkings,
    returns: record.returns,
    reworks: record.reworks,
    urgings: record.urgings,
    masterId: record.state === 'merged' ? known.masterId : null,
  }
}

/** As one text, however its fields were ordered where it was kept. */
const placeOf = ({ place }: OutsideCase): Place | null =>
  place && { lon_deg: place.lon_deg, lat_deg: place.lat_deg }

function titleOf({
  title,
  edition,
  kind,
  class: digits,
  condition,
  description,
}: OutsideCase): string {
  if (title !== null) return title
  const named = edition === null || digits === null ? undefined : findClass(edition, kind, digits)
  const filed = condition === null ? undefined : findCondition(kind, condition)
  if (named) return `${named.minorName}${filed?.title.zh ?? ''}`
  return description === null ? kind : shortened(description)
}

/** What happened to a case brings it into its state; where none is said, whatever happened last. */
const SINCE: Readonly<Partial<Record<CaseState, readonly (typeof OUTSIDE_INSTANTS)[number][]>>> = {
  reported: ['reportedAt'],
  accepted: ['preVerifiedAt', 'acceptedAt'],
  filed: ['filedAt'],
  dispatched: ['dispatchedAt'],
  handling: ['startedAt'],
  'fed-back': ['fedBackAt'],
  checked: ['checkedAt'],
  closed: ['closedAt'],
}

/** When a case came into its state. */
export function stateInstant(record: OutsideCase): EpochMs {
  const [since] = (SINCE[record.state] ?? []).flatMap((name) => record[name] ?? [])
  if (since !== undefined) return since
  if (STATE_FACTS[record.state].isOver && record.updatedAt !== null) return record.updatedAt
  return lastHappened(record)
}

const lastHappened = (record: OutsideCase): EpochMs =>
  epochMs(Math.max(...OUTSIDE_INSTANTS.flatMap((name) => record[name] ?? [])))
