import { v7 as uuidv7 } from 'uuid'
import type { CaseWorld } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { HandedOver } from '#cases/outside-fields.ts'
import type { Case } from '#model/case.ts'
import { IMPORT_REASONS, type ImportReason, type RefusedRow } from '#model/import-report.ts'
import type { OutsideCase, OutsideRow } from '#model/outside-case.ts'
import { partDistrict } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import { type Scope, seesArea, seesDepartment, seesNetwork } from '#model/principal.ts'
import type { Session } from '#store/query.ts'
import { findOwn, findTakenOver, outsideKey, type TakenOver } from './outside-cases.ts'

export interface JudgeParts {
  readonly law: Pick<CaseLaw, 'needsDepartment'>
  /** Code of the unit grid that holds a place. */
  readonly gridOf: (place: Place) => string | undefined
  /** 6 digits, for a case that names none. */
  readonly district: string
}

/** A row that nothing speaks against so far. */
export interface Judged {
  readonly row: OutsideRow
  readonly handed: HandedOver
  readonly caseId: string
  /** How it was handed over before, and the case as it is; undefined: it is new. */
  readonly before: { readonly handed: HandedOver; readonly current: Case } | undefined
}

export interface Judgement {
  readonly judged: readonly Judged[]
  readonly refused: readonly RefusedRow[]
}

/** Reads the cases that were taken over before. */
type LoadCases = (ids: readonly string[]) => Promise<readonly Case[]>

type Read = OutsideRow & { readonly value: OutsideCase }

/** What is known of the rows of a batch, and which of them cannot be taken. */
export async function judgeCases(
  session: Session,
  rows: readonly OutsideRow[],
  scope: Scope,
  world: CaseWorld,
  parts: JudgeParts,
  load: LoadCases,
): Promise<Judgement> {
  const read = rows.filter((row): row is Read => row.value !== null && row.reasons.length === 0)
  const found = await findTakenOver(
    session,
    read.flatMap(({ value }) => namedBy(value)),
  )
  const cases = new Map(
    (await load(read.flatMap(({ value }) => found.get(outsideKey(value))?.caseId ?? []))).map(
      (each) => [each.id, each],
    ),
  )
  const own = await findOwn(
    session,
    read.map(({ ownNumber, value }) => ({ number: ownNumber, reportedAt: value.reportedAt })),
    scope,
  )
  const resolve = resolver(world, parts)

  const refused: RefusedRow[] = rows.filter(({ reasons }) => reasons.length > 0).map(refusedRow)
  const ids = new Map([...found].map(([key, { caseId }]) => [key, caseId]))
  const kept: Read[] = []
  for (const row of read) {
    const current = cases.get(found.get(outsideKey(row.value))?.caseId ?? '')
    const reason =
      scopeReason(areaOf(row.value, parts), resolve.departmentOf(row.value), current, scope) ??
      ownReason(row, own) ??
      departmentReason(row.value, resolve.departmentOf(row.value), parts)
    if (reason) refused.push(refusedRow({ ...row, reasons: [reason] }))
    else kept.push(row)
    // A case may be merged into one that comes with it.
    if (!reason && !current) ids.set(outsideKey(row.value), uuidv7())
  }
  const judged = kept.map((row): Judged => {
    const key = outsideKey(row.value)
    const before = found.get(key)
    const current = before && cases.get(before.caseId)
    return {
      row,
      handed: resolve.handed(row.value, ids),
      caseId: ids.get(key) as string,
      before: before && current && { handed: resolve.handed(before.record, ids), current },
    }
  })
  return { judged, refused }
}

/** It, and the case it was merged into. */
const namedBy = ({
  system,
  number,
  masterNumber,
}: OutsideCase): Pick<TakenOver['record'], 'system' | 'number'>[] =>
  masterNumber === null
    ? [{ system, number }]
    : [
        { system, number },
        { system, number: masterNumber },
      ]

export const refusedRow = ({
  line,
  id,
  reasons,
}: Pick<OutsideRow, 'line' | 'id' | 'reasons'>): RefusedRow => ({
  line,
  id,
  reasons,
})

function areaOf({ gridCode, place, district, partId }: OutsideCase, parts: JudgeParts) {
  const grid = gridCode ?? (place === null ? null : (parts.gridOf(place) ?? null))
  const known = district ?? grid?.slice(0, 6)
  return {
    gridCode: grid,
    district: known ?? (partId === null ? parts.district : partDistrict(partId)),
  }
}

function resolver(world: CaseWorld, parts: JudgeParts) {
  const departments = [...world.departments.values()]
  const byName = new Map(departments.map(({ id, name }) => [name, id]))
  const departmentOf = ({ handlingDepartment: name }: OutsideCase): string | null => {
    if (name === null) return null
    return world.departments.has(name) ? name : (byName.get(name) ?? null)
  }
  return {
    departmentOf,
    handed(record: OutsideCase, ids: ReadonlyMap<string, string>): HandedOver {
      const { system, masterNumber } = record
      const master = masterNumber === null ? null : outsideKey({ system, number: masterNumber })
      return {
        record,
        known: {
          ...areaOf(record, parts),
          departmentId: departmentOf(record),
          masterId: master === null ? null : (ids.get(master) ?? null),
        },
      }
    },
  }
}

const ownReason = (
  { ownNumber }: OutsideRow,
  own: ReadonlySet<string>,
): ImportReason | undefined =>
  ownNumber !== null && own.has(ownNumber)
    ? { code: 'own-case', detail: `${ownNumber} is a case of this platform: it is not taken over` }
    : undefined

function scopeReason(
  { gridCode, district }: ReturnType<typeof areaOf>,
  departmentId: string | null,
  current: Case | undefined,
  scope: Scope,
): ImportReason | undefined {
  const areas = [gridCode ?? district, ...(current ? [current.areaCode] : [])]
  const isSeen =
    areas.every((area) => seesArea(scope, area)) &&
    seesNetwork(scope, current?.network ?? null) &&
    seesDepartment(scope, current ? current.departmentId : departmentId)
  return isSeen ? undefined : { code: 'beyond-scope', detail: IMPORT_REASONS['beyond-scope'] }
}

function departmentReason(
  { state, handlingDepartment }: OutsideCase,
  departmentId: string | null,
  { law }: JudgeParts,
): ImportReason | undefined {
  if (!law.needsDepartment(state) || departmentId !== null) return undefined
  const detail =
    handlingDepartment === null
      ? `a department has it (it is ${state}), and the row does not say which`
      : `there is no department ${handlingDepartment}: set it up first, or hand it over as filed`
  return { code: 'unknown-department', field: 'handlingDepartment', detail }
}
