import type { Case } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import { findCondition } from '#model/catalogue.ts'
import type { EpochMs } from '#model/time.ts'

/** What became of the case; what is not named here is told by its own word. */
const NEWS: Readonly<Partial<Record<CaseEventType, string>>> = {
  opened: 'new case ',
  joined: 'again in ',
  raised: 'worse now',
}

/** News of a case as one line that a person can read. Times are the city's. */
export function caseLine(news: CaseEventType, one: Case, timeZone: string): string {
  const condition = one.condition === null ? undefined : findCondition(one.kind, one.condition)
  const limit = one.limit ? `${one.limit.amount} ${one.limit.unit}` : 'no limit'
  const due = one.deadlineAt === null ? limit : `due ${clockTime(one.deadlineAt, timeZone)}`
  return [
    clockTime(one.updatedAt, timeZone),
    `${NEWS[news] ?? news.padEnd('new case '.length)} ${one.number}`,
    one.severity.padEnd('critical'.length),
    `${one.title}（${condition?.title.zh ?? one.condition ?? '未立案'}）`,
    one.address ?? one.objectId ?? 'no place',
    one.gridCode ? `grid ${one.gridCode}` : 'no grid',
    due,
    one.department ?? 'no department yet',
  ].join('  ')
}

const clockTime = (at: EpochMs, timeZone: string): string =>
  new Date(at).toLocaleTimeString('sv-SE', { timeZone })
