import type { Case } from '#model/case.ts'
import { findCondition } from '#model/catalogue.ts'
import type { CaseEvent } from '#model/commit.ts'
import type { EpochMs } from '#model/time.ts'

/** What became of the case. */
const NEWS: Readonly<Record<CaseEvent['type'], string>> = {
  opened: 'new case ',
  joined: 'again in ',
  raised: 'worse now',
  withdrawn: 'withdrawn',
}

/** News of a case as one line that a person can read. Times are the city's. */
export function caseLine(news: CaseEvent['type'], one: Case, timeZone: string): string {
  const condition = findCondition(one.kind, one.condition)
  const limit = one.limit ? `${one.limit.amount} ${one.limit.unit}` : 'no limit'
  const due = one.deadlineAt === null ? limit : `due ${clockTime(one.deadlineAt, timeZone)}`
  return [
    clockTime(one.updatedAt, timeZone),
    `${NEWS[news]} ${one.number}`,
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
