import { type ParsedRule, parseRule } from './parse-rule.ts'
import { compileRuleSchedule, type ScheduleSetting } from './schedule/resolve-schedule.ts'

/**
 * Parses rules of a city: the schedules they name must be there.
 *
 * @throws Rejected `invalid-input` when a document is not right
 */
export const parseRuleIn =
  (setting: ScheduleSetting) =>
  (text: string, name: string): ParsedRule =>
    parseRule(text, name, ({ schedule }) => {
      if (schedule) compileRuleSchedule(schedule, setting)
    })
