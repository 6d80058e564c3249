import { createHash } from 'node:crypto'
import type { AreaGeometry } from '#model/area.ts'
import type { Device } from '#model/device.ts'
import type { Rule } from '#model/rule.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import type { NamedSchedule } from '#model/schedule.ts'
import type { WorkCalendar } from '#model/work-calendar.ts'
import { indexOverrides, lookUpParams, type OverrideIndex } from '#rules/effective-params.ts'
import { type CompiledArea, compileArea } from '#rules/place/compile-area.ts'
import type { CompiledSchedule } from '#rules/schedule/compile-schedule.ts'
import { compileRuleSchedule } from '#rules/schedule/resolve-schedule.ts'
import type { CityInForce } from './plans.ts'

/** What rules are given of the city, as plain data that another thread can be handed. */
export interface CityData {
  /** By id; unit grids as `grid:140802001001001`, those that rules name. */
  readonly areas: Readonly<Record<string, AreaGeometry>>
  readonly schedules: readonly NamedSchedule[]
  readonly calendar: WorkCalendar
  /** A name of the IANA database. */
  readonly timeZone: string
  readonly overrides: readonly RuleOverride[]
  /** Another one whenever areas were changed. */
  readonly revision: string
}

/** The city made ready for its rules. */
export function cityOf(data: CityData): Omit<CityInForce, 'presence'> {
  const { calendar, timeZone, revision } = data
  const schedules = new Map(data.schedules.map((schedule) => [schedule.id, schedule]))
  const overrides = Map.groupBy(data.overrides, ({ ruleId }) => ruleId)
  const areas = new Map<string, CompiledArea>()
  const compiled = new Map<string, CompiledSchedule>()
  const indexes = new WeakMap<Rule, OverrideIndex>()
  const indexOf = (rule: Rule): OverrideIndex => {
    const index = indexes.get(rule) ?? indexOverrides(rule.params, overrides.get(rule.id) ?? [])
    indexes.set(rule, index)
    return index
  }
  return {
    revision,
    calendarRevision: revisionOf(calendar),
    effective: (rule: Rule, device: Device) => lookUpParams(indexOf(rule), device),
    area(id, metres) {
      const key = JSON.stringify([id, metres])
      const geometry = data.areas[id]
      const area = areas.get(key) ?? (geometry && compileArea(geometry, metres ?? 0))
      if (area) areas.set(key, area)
      return area
    },
    schedule(schedule) {
      const key = JSON.stringify(schedule)
      const known =
        compiled.get(key) ?? compileRuleSchedule(schedule, { schedules, calendar, timeZone })
      compiled.set(key, known)
      return known
    },
  }
}

/** Which years are known changes no day, and so no answer. */
const revisionOf = ({ holidays, makeUpDays, weekdays }: WorkCalendar): string =>
  createHash('sha256')
    .update(JSON.stringify([holidays, makeUpDays, weekdays]))
    .digest('base64url')
