import { Rejected } from '#model/error.ts'
import { ruleFault, sayRuleFault } from '#model/rule-fault.ts'
import type { NamedSchedule, RuleSchedule, Schedule } from '#model/schedule.ts'
import type { WorkCalendar } from '#model/work-calendar.ts'
import { type CompiledSchedule, compileSchedule } from './compile-schedule.ts'

/** What the schedules of rules hang on, of one city. */
export interface ScheduleSetting {
  readonly schedules: ReadonlyMap<string, NamedSchedule>
  readonly calendar: WorkCalendar
  /** A name of the IANA database. */
  readonly timeZone: string
}

/**
 * The windows and seasons a rule means, before `not` turns them round.
 *
 * @throws Rejected `invalid-input` when it names a schedule that is not there
 */
export function resolveSchedule(
  { schedule }: RuleSchedule,
  named: ReadonlyMap<string, NamedSchedule>,
): Schedule {
  if (typeof schedule !== 'string') return schedule
  const found = named.get(schedule)
  if (found) return found
  const known = [...named.keys()].sort().join(', ') || 'none'
  const fault = ruleFault('unknown-schedule', { schedule, known, at: '/schedule' })
  throw new Rejected('invalid-input', `/schedule: ${sayRuleFault(fault, 'en')}`, {
    detail: { fault },
  })
}

/**
 * The schedule of a rule, ready to be asked for instants.
 *
 * @throws Rejected `invalid-input` as {@link resolveSchedule} and {@link compileSchedule} do
 */
export function compileRuleSchedule(
  schedule: RuleSchedule,
  { schedules, calendar, timeZone }: ScheduleSetting,
): CompiledSchedule {
  const compiled = compileSchedule(resolveSchedule(schedule, schedules), calendar, timeZone)
  return schedule.not ? opposite(compiled) : compiled
}

/** Applies exactly when the other does not. */
export function opposite({ asksCalendar, applies, stretchAt }: CompiledSchedule): CompiledSchedule {
  return {
    asksCalendar,
    applies: (at) => !applies(at),
    stretchAt: (at) => {
      const stretch = stretchAt(at)
      return { ...stretch, applies: !stretch.applies }
    },
  }
}
