import { v7 as uuidv7 } from 'uuid'
import type { CaseMoment } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { ReportSpot } from '#cases/opening.ts'
import type { Case, NewReport } from '#model/case.ts'
import type { CaseOrigin } from '#model/case-event.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import type { Principal } from '#model/principal.ts'
import type { CaseNumbers } from '#store/commit/case-number.ts'
import type { Session } from '#store/query.ts'
import type { CaseSheet } from './case-sheet.ts'
import { findReport, insertReport } from './reports.ts'
import { aboutTheSame, lockOpening, pastOf, soughtBy } from './same-thing.ts'

/** What became of a report. */
export interface Reported {
  readonly reportId: string
  readonly case: Case
  /** False: it joined a case that was open, or was reported before under the same key. */
  readonly isNew: boolean
}

interface Taken {
  readonly report: NewReport
  readonly spot: ReportSpot
  readonly principal: Principal
  readonly moment: CaseMoment
  readonly origin: CaseOrigin
}

interface Parts {
  readonly law: CaseLaw
  readonly numbers: CaseNumbers
}

/** Joins the open case about the same, or opens one; nobody else opens one meanwhile. */
export async function takeReport(
  session: Session,
  sheet: CaseSheet,
  { law, numbers }: Parts,
  { report, spot, principal, moment, origin }: Taken,
): Promise<Reported> {
  const { class: digits } = law.classReport(report)
  await lockOpening(session)
  const known = await findReport(session, report.key, principal)
  if (known) {
    await sheet.load('c.id = $1', [known.caseId])
    return { reportId: known.id, case: sheet.get(known.caseId), isNew: false }
  }
  const reportId = uuidv7()
  const { now, world } = moment
  const policy = world.policyOf(report.kind, report.condition)
  const sought = soughtBy(report, digits, law.windowsOf(policy, now))
  const same = await aboutTheSame(session, sought, law.metresBetween)
  // Somebody may have closed it since it was found: then it is no longer what this one joins.
  if (same) await sheet.load('c.id = $1', [same.id])
  const joins = same !== undefined && !STATE_FACTS[sheet.get(same.id).state].isOver
  if (joins) {
    sheet.take(same.id, law.joinReport(sheet.get(same.id), report, reportId, moment), origin)
  } else {
    const [past] = await pastOf(session, [sought], law.metresBetween)
    const [number = ''] = await numbers.take(session, [
      { district: spot.district, reportedAt: now },
    ])
    const facts = { id: uuidv7(), number, relapseOf: null, recurrences: 0, ...past }
    sheet.open(law.openByReport(report, reportId, spot, facts, moment), origin)
  }
  const found = sheet.changes.at(-1)?.case as Case
  const record = { report, reportId, caseId: found.id, now, principal, isOpening: !joins }
  await insertReport(session, record)
  return { reportId, case: found, isNew: !joins }
}
