import { type CaseStep, inTurn, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { enter } from '#cases/clock.ts'
import { refuse } from '#cases/refusal.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import { days, parseInstant, plus } from '#model/time.ts'

type Steps = readonly CaseStep[]

export const EXTENSIONS_MAX = 2
export const PARKINGS_MAX = 1
const PARKED_MAX = days(366)

export const start = (
  current: Case,
  command: CaseCommandOf<'start'>,
  moment: CaseMoment,
): Steps => [
  step(current, 'started', moment, {
    reason: command.reason,
    changes: { ...enter(current, 'handling', moment), startedAt: moment.now },
  }),
]

export const note = (current: Case, command: CaseCommandOf<'note'>, moment: CaseMoment): Steps => [
  step(current, 'noted', moment, { reason: command.reason }),
]

/** Done, says the department. Where a sensor can tell, the object is watched from now on. */
export function feedBack(
  current: Case,
  command: CaseCommandOf<'feed-back'>,
  moment: CaseMoment,
): Steps {
  const { sensorClosing } = moment.world.policyOf(current.kind, current.condition)
  const isWatched = current.verify_ms !== null && sensorClosing !== 'none'
  return inTurn(
    current,
    (now) =>
      step(now, 'fed-back', moment, {
        reason: command.reason,
        changes: {
          ...enter(now, 'fed-back', moment),
          fedBackAt: moment.now,
          handledBy: moment.actor.accountId,
          request: null,
        },
      }),
    (now) =>
      isWatched
        ? step(now, 'watch-begun', moment, { bySystem: true, changes: { watch: 'watching' } })
        : null,
  )
}

/** Once more the original limit, twice at most, and only while there is time. */
export function askExtension(
  current: Case,
  command: CaseCommandOf<'ask-extension'>,
  moment: CaseMoment,
): Steps {
  if (current.request) throw refuse(current, `${current.request.type} is asked for already`)
  if (current.handleDeadlineAt === null) throw refuse(current, 'it has no limit to extend')
  if (current.extensions >= EXTENSIONS_MAX) {
    throw refuse(current, `it was extended ${EXTENSIONS_MAX} times, which is the most`)
  }
  if (moment.now > current.handleDeadlineAt) {
    throw refuse(current, 'an extension is asked for before the deadline, which is over')
  }
  return asked(current, command, moment, 'extension', null)
}

/** The clock stops until a date within a year, once. */
export function askParking(
  current: Case,
  command: CaseCommandOf<'ask-parking'>,
  moment: CaseMoment,
): Steps {
  if (current.request) throw refuse(current, `${current.request.type} is asked for already`)
  if (current.parkings >= PARKINGS_MAX)
    throw refuse(current, 'it was parked once, which is the most')
  const until = parseInstant(command.until)
  if (until === undefined || until <= moment.now) {
    throw refuse(current, 'it is parked until an instant that is to come')
  }
  if (until > plus(moment.now, PARKED_MAX)) throw refuse(current, 'it is parked for a year at most')
  return asked(current, command, moment, 'parking', until)
}

function asked(
  current: Case,
  { reason }: Pick<CaseCommandOf<'ask-extension'>, 'reason'>,
  moment: CaseMoment,
  type: 'extension' | 'parking',
  until: ReturnType<typeof parseInstant> | null,
): Steps {
  const request = { type, until: until ?? null, reason, by: moment.actor.name, at: moment.now }
  return [
    step(current, `${type}-asked`, moment, {
      reason,
      detail: until ? { until } : {},
      changes: { request },
    }),
  ]
}
