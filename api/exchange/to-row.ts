import type { Case } from '#model/case.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import { findClass, findCondition } from '#model/catalogue.ts'
import { OUTSIDE_INSTANTS, type OutsideCase, type ToldFact } from '#model/outside-case.ts'
import type { EpochMs } from '#model/time.ts'
import { wholeSecond } from './cell-types.ts'
import type { ExchangeRow } from './columns.ts'

/** What a file says of a case beyond the case itself. */
export interface ExchangeFacts {
  readonly record: OutsideCase | null
  readonly updatedAt: EpochMs
  readonly masterNumber: string | null
  readonly told: Readonly<Partial<Record<ToldFact, string | null>>>
}

/** More that is known at the moment a file is written. */
export interface ExchangeNames {
  /** Of a department. */
  departmentName(id: string): string | undefined
}

const second = (at: EpochMs | null): EpochMs | null => (at === null ? null : wholeSecond(at))

/** A case as a row of an exchange file. Its reporter is for those who may have to ask back. */
export function toRow(
  found: Case,
  { record, updatedAt, masterNumber, told }: ExchangeFacts,
  names: ExchangeNames,
  seesReporter: boolean,
): ExchangeRow {
  const { outsideSystem, outsideNumber, departmentId, gridCode, lateDuties } = found
  const isOwn = outsideSystem === null
  const named =
    found.edition === null || found.class === null
      ? undefined
      : findClass(found.edition, found.kind, found.class)
  const filed = found.condition === null ? undefined : findCondition(found.kind, found.condition)
  const saying = (fact: ToldFact): string | null => told[fact] ?? null
  const instants = Object.fromEntries(
    OUTSIDE_INSTANTS.map((name) => [name, second(found[name])]),
  ) as Pick<ExchangeRow, (typeof OUTSIDE_INSTANTS)[number]>
  return {
    taskNumber: isOwn ? found.number : outsideNumber,
    ownNumber: found.number,
    system: outsideSystem,
    reportedNumber: isOwn ? outsideNumber : saying('reportedNumber'),
    state: found.state,
    vendorStage: String(STATE_FACTS[found.state].vendorStage),
    source: found.source,
    kind: found.kind,
    edition: found.edition,
    majorCode: found.class?.slice(0, 2) ?? null,
    majorName: named?.majorName ?? null,
    minorCode: found.class?.slice(2) ?? null,
    minorName: named?.minorName ?? null,
    condition: found.condition,
    conditionTitle: filed?.title.zh ?? saying('conditionTitle'),
    title: found.title,
    description: found.description,
    severity: found.severity,
    address: found.address,
    lon_deg: found.place?.lon_deg ?? null,
    lat_deg: found.place?.lat_deg ?? null,
    district: found.district,
    districtName: saying('districtName'),
    street: saying('street'),
    community: saying('community'),
    gridCode,
    dutyGrid: saying('dutyGrid'),
    partId: found.partId,
    department: found.department,
    ...instants,
    reporter: seesReporter ? saying('reporter') : null,
    acceptor: saying('acceptor'),
    preVerifier: saying('preVerifier'),
    filer: saying('filer'),
    dispatcher: saying('dispatcher'),
    handlingDepartment:
      departmentId === null
        ? (record?.handlingDepartment ?? null)
        : (names.departmentName(departmentId) ?? departmentId),
    post: saying('post'),
    handler: saying('handler'),
    handleDeadlineAt: second(found.handleDeadlineAt),
    originalDeadlineAt: second(found.originalDeadlineAt),
    opinion: saying('opinion'),
    checker: saying('checker'),
    closer: saying('closer'),
    caseDeadlineAt: second(found.caseDeadlineAt),
    parkedUntil: second(found.parkedUntil),
    isLate: lateDuties.length > 0,
    lateDuties: lateDuties.length > 0 ? lateDuties : null,
    isExtended: found.extensions > 0,
    extensions: found.extensions,
    isReworked: found.reworks > 0,
    reworks: found.reworks,
    isReturned: found.returns > 0,
    returns: found.returns,
    isParked: found.parkings > 0,
    parkings: found.parkings,
    isUrged: found.urgings > 0,
    urgings: found.urgings,
    isUrgent: found.isUrgent,
    isKey: found.isKey,
    masterNumber: masterNumber ?? record?.masterNumber ?? null,
    updatedAt: second(updatedAt),
  }
}
