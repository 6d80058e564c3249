import type { AreaGeometry } from '#model/area.ts'
import type { ParamValue, Rule } from '#model/rule.ts'
import type { EffectiveParam } from '#model/rule-override.ts'
import { type EpochMs, epochMs, minutes, parseDuration } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import type { City, EffectiveParams } from './bind-rule.ts'
import { compileArea } from './place/compile-area.ts'
import type { RuleTest } from './rule-test-document.ts'
import { compileRuleSchedule, type ScheduleSetting } from './schedule/resolve-schedule.ts'
import { ALWAYS, type Listened, type Presence, presenceOf } from './silence.ts'

/** In which tests of rules take place, unless they say otherwise. */
const TIME_ZONE = 'Asia/Shanghai'

/** How long devices have to come back after a break; the usual SILENCE_GRACE_S. */
const GRACE = minutes(5)

/** The city that one test describes: its areas, the schedules there are, and who listened when. */
export function testCity(
  { areas = {}, breaks = [] }: Pick<RuleTest, 'areas' | 'breaks'>,
  schedules: ScheduleSetting['schedules'],
  start: EpochMs,
): Omit<City, 'effective'> {
  const setting = { schedules, calendar: CHINESE_CALENDAR, timeZone: TIME_ZONE }
  const shapes = new Map(Object.entries(areas).map(([id, shape]) => [id, geometryOf(shape)]))
  return {
    area: (id, metres) => {
      const geometry = shapes.get(id)
      return geometry && compileArea(geometry, metres ?? 0)
    },
    schedule: (schedule) => compileRuleSchedule(schedule, setting),
    presence: presenceWithout(breaks, start),
  }
}

function presenceWithout(breaks: NonNullable<RuleTest['breaks']>, start: EpochMs): Presence {
  if (breaks.length === 0) return ALWAYS
  const at = (text: string): EpochMs => epochMs(start + (parseDuration(text) ?? 0))
  const begun = [start, ...breaks.map(({ to }) => at(to))]
  const spans = begun.map((from, index): Listened => {
    const next = breaks[index]
    return { from, to: next ? at(next.from) : null }
  })
  return presenceOf(spans, GRACE)
}

/** The parameters of a rule, as one test sets them. */
export const testParams = (
  rule: Rule,
  params: NonNullable<RuleTest['params']> = {},
): EffectiveParams =>
  Object.fromEntries(
    Object.entries(rule.params).map(([name, param]) => [
      name,
      effective(param.default, param.unit, params[name]),
    ]),
  )

const effective = (
  standard: ParamValue | null,
  unit: string | null,
  given: ParamValue | undefined,
): EffectiveParam => ({
  value: given ?? standard,
  unit,
  from: given === undefined ? 'default' : { scope: 'device', key: 'test' },
})

function geometryOf(shape: NonNullable<RuleTest['areas']>[string]): AreaGeometry {
  if ('line' in shape) return { type: 'LineString', coordinates: shape.line }
  const [first = []] = shape.polygon
  return { type: 'Polygon', coordinates: [[...shape.polygon, first]] }
}
