import type { Case } from '#model/case.ts'
import { findCondition } from '#model/catalogue.ts'
import type { EpochMs } from '#model/time.ts'

/** A case as one line that a person can read. Times are the city's. */
export function caseLine(one: Case, timeZone: string): string {
  const condition = findCondition(one.kind, one.condition)
  const limit = one.limit ? `${one.limit.amount} ${one.limit.unit}` : 'no limit'
  const due = one.deadlineAt === null ? limit : `due ${clockTime(one.deadlineAt, timeZone)}`
  return [
    clockTime(one.reportedAt, timeZone),
    `case ${one.number}`,
    one.severity.padEnd('critical'.length),
    `${one.title}（${condition?.title.zh ?? one.condition}）`,
    one.address ?? one.objectId,
    one.gridCode ? `grid ${one.gridCode}` : 'no grid',
    due,
    one.department ?? 'no department yet',
  ].join('  ')
}

const clockTime = (at: EpochMs, timeZone: string): string =>
  new Date(at).toLocaleTimeString('sv-SE', { timeZone })
