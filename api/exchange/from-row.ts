import { type CaseState } from '#model/case-state.ts'
import {
  type CaseClass,
  conditionsOf,
  DEFAULT_EDITION,
  EDITIONS,
  findClass,
  findClassByName,
  findCondition,
} from '#model/catalogue.ts'
import { IMPORT_REASONS, type ImportReason } from '#model/import-report.ts'
import { OUTSIDE_INSTANTS, type OutsideCase, TOLD_FACTS } from '#model/outside-case.ts'
import { type CoordinateSystem, type Place, placeFault, toWgs84 } from '#model/place.ts'
import { type EpochMs, minutes, plus } from '#model/time.ts'
import { COLUMNS, type ColumnKey, type ExchangeRow, REQUIRED_COLUMNS } from './columns.ts'

export interface RowReading {
  /** Of rows that name no system. */
  readonly system: string
  /** Rows may name no other. */
  readonly onlySystem: boolean
  readonly coordinateSystem: CoordinateSystem
  readonly now: EpochMs
}

/** Clocks of two systems may differ by so much. */
const AHEAD = minutes(10)

/** What a row says of a case, in our words; with every reason why nothing can be made of it. */
export function fromRow(
  row: ExchangeRow,
  { system: given, onlySystem, coordinateSystem, now }: RowReading,
): { readonly value: OutsideCase | null; readonly reasons: readonly ImportReason[] } {
  const reasons: ImportReason[] = []
  const refuse = (code: ImportReason['code'], key: ColumnKey, detail: string): void => {
    reasons.push({ code, field: key, detail: `${COLUMNS[key].title} ${detail}` })
  }
  for (const key of REQUIRED_COLUMNS) if (row[key] === null) refuse('missing', key, 'is missing')
  const system = row.system ?? given
  if (onlySystem && system !== given) {
    refuse('other-system', 'system', `is ${system}, and the account hands over those of ${given}`)
  }
  for (const key of OUTSIDE_INSTANTS) {
    const at = row[key]
    if (at !== null && at > plus(now, AHEAD)) refuse('time-future', key, 'is still to come')
  }
  const { taskNumber, kind, reportedAt } = row
  const named = kind === null ? undefined : classOf(row, kind, refuse)
  const place = placeOf(row, coordinateSystem, reasons)
  if (taskNumber === null || kind === null || reportedAt === null || reasons.length > 0) {
    return { value: null, reasons }
  }
  const { conditionTitle, condition } = filedUnder(row, kind, named, refuse)
  const value: OutsideCase = {
    system,
    number: taskNumber,
    state: stateOf(row),
    source: row.source ?? 'outside',
    kind,
    edition: named?.edition ?? row.edition,
    class: named ? named.major + named.minor : null,
    condition,
    title: row.title,
    description: row.description,
    severity: row.severity ?? (row.isUrgent === true ? 'critical' : 'warning'),
    address: row.address,
    place,
    district: row.district,
    gridCode: row.gridCode,
    partId: row.partId,
    department: row.department,
    handlingDepartment: row.handlingDepartment,
    ...instantsOf(row),
    reportedAt,
    handleDeadlineAt: row.handleDeadlineAt,
    originalDeadlineAt: row.originalDeadlineAt,
    caseDeadlineAt: row.caseDeadlineAt,
    parkedUntil: row.parkedUntil,
    lateDuties: row.lateDuties ?? (row.isLate === true ? ['handle'] : []),
    isUrgent: row.isUrgent ?? row.severity === 'critical',
    isKey: row.isKey ?? false,
    extensions: countOf(row.extensions, row.isExtended),
    parkings: countOf(row.parkings, row.isParked),
    returns: countOf(row.returns, row.isReturned),
    reworks: countOf(row.reworks, row.isReworked),
    urgings: countOf(row.urgings, row.isUrged),
    masterNumber: row.masterNumber,
    updatedAt: row.updatedAt,
    told: {
      ...(Object.fromEntries(TOLD_FACTS.map((fact) => [fact, row[fact]])) as OutsideCase['told']),
      conditionTitle,
    },
  }
  return { value: reasons.length > 0 ? null : value, reasons }
}

type Refuse = (code: ImportReason['code'], key: ColumnKey, detail: string) => void

const instantsOf = (row: ExchangeRow) =>
  Object.fromEntries(OUTSIDE_INSTANTS.map((name) => [name, row[name]])) as Pick<
    ExchangeRow,
    (typeof OUTSIDE_INSTANTS)[number]
  >

/** A flag alone says that it happened, and not how often. */
const countOf = (count: number | null, flag: boolean | null): number =>
  count ?? (flag === true ? 1 : 0)

/** By its codes, else by its names. */
function classOf(row: ExchangeRow, kind: 'part' | 'event', refuse: Refuse): CaseClass | undefined {
  const { majorCode, minorCode, majorName, minorName } = row
  const edition = row.edition ?? DEFAULT_EDITION
  if (row.edition !== null && !EDITIONS.includes(row.edition)) {
    refuse('unknown-name', 'edition', `${row.edition} is no catalogue of classes`)
    return undefined
  }
  if (majorCode !== null && minorCode !== null) {
    const found = findClass(edition, kind, majorCode + minorCode)
    if (!found) {
      refuse(
        'unknown-class',
        'minorCode',
        `${majorCode}${minorCode} is no class of a ${kind} in ${edition}`,
      )
    }
    return found
  }
  if (majorName === null && minorName === null && majorCode === null && minorCode === null) {
    return undefined
  }
  const editions = row.edition === null ? [DEFAULT_EDITION, ...EDITIONS] : [row.edition]
  const [found] = editions.flatMap(
    (each) => findClassByName(each, kind, majorName ?? '', minorName ?? '') ?? [],
  )
  if (!found) {
    const names = [majorName, minorName].filter((each) => each !== null).join(' / ')
    refuse('unknown-class', 'minorName', `${names} is no class of a ${kind} in ${edition}`)
  }
  return found
}

/** By its code, else by its title; a title that is none of ours is kept as it is. */
function filedUnder(
  { condition, conditionTitle }: ExchangeRow,
  kind: 'part' | 'event',
  named: CaseClass | undefined,
  refuse: Refuse,
): Pick<OutsideCase['told'], 'conditionTitle'> & Pick<OutsideCase, 'condition'> {
  if (condition !== null) {
    if (findCondition(kind, condition)) return { condition, conditionTitle: null }
    refuse('unknown-name', 'condition', `${condition} is no filing condition of a ${kind}`)
  }
  const filed = named && conditionsOf(named).find(({ title }) => title.zh === conditionTitle)
  return filed
    ? { condition: filed.condition, conditionTitle: null }
    : { condition: null, conditionTitle }
}

function placeOf(
  { lon_deg, lat_deg }: ExchangeRow,
  from: CoordinateSystem,
  reasons: ImportReason[],
): Place | null {
  const fault = placeFault(lon_deg ?? undefined, lat_deg ?? undefined)
  if (fault !== undefined) {
    reasons.push({ code: fault, field: 'lon_deg', detail: IMPORT_REASONS[fault] })
    return null
  }
  return lon_deg === null || lat_deg === null ? null : toWgs84({ lon_deg, lat_deg }, from)
}

/** What platforms mean by the number of a stage, as far as the times of the row tell more. */
function stateOf(row: ExchangeRow): CaseState {
  if (row.state !== null) return row.state
  switch (row.vendorStage) {
    case '1':
      return 'reported'
    case '3':
      return row.filedAt === null ? 'accepted' : 'filed'
    case '4':
    case '9':
      return row.startedAt === null ? 'dispatched' : 'handling'
    case '5':
      return row.checkedAt === null ? 'fed-back' : 'checked'
    case '6':
      return 'closed'
    case '7':
      return 'voided'
    case '8':
      return 'parked'
    default:
      return stateByTimes(row)
  }
}

const REACHED = [
  ['closedAt', 'closed'],
  ['checkedAt', 'checked'],
  ['fedBackAt', 'fed-back'],
  ['startedAt', 'handling'],
  ['dispatchedAt', 'dispatched'],
  ['filedAt', 'filed'],
  ['acceptedAt', 'accepted'],
] as const

const stateByTimes = (row: ExchangeRow): CaseState =>
  REACHED.find(([name]) => row[name] !== null)?.[1] ?? 'reported'
