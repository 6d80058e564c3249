import type { AreaGeometry } from '#model/area.ts'
import type { ParamValue, Rule } from '#model/rule.ts'
import type { EffectiveParam } from '#model/rule-override.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import type { City, EffectiveParams } from './bind-rule.ts'
import { compileArea } from './place/compile-area.ts'
import type { RuleTestDocument } from './rule-test-document.ts'
import { compileRuleSchedule, type ScheduleSetting } from './schedule/resolve-schedule.ts'
import { ALWAYS } from './silence.ts'

type RuleTest = RuleTestDocument['tests'][number]

/** In which tests of rules take place, unless they say otherwise. */
const TIME_ZONE = 'Asia/Shanghai'

/** The city that one test describes: its areas, and the schedules there are. */
export function testCity(
  { areas = {} }: Pick<RuleTest, 'areas'>,
  schedules: ScheduleSetting['schedules'],
): Omit<City, 'effective'> {
  const setting = { schedules, calendar: CHINESE_CALENDAR, timeZone: TIME_ZONE }
  const shapes = new Map(Object.entries(areas).map(([id, shape]) => [id, geometryOf(shape)]))
  return {
    area: (id, metres) => {
      const geometry = shapes.get(id)
      return geometry && compileArea(geometry, metres ?? 0)
    },
    schedule: (schedule) => compileRuleSchedule(schedule, setting),
    presence: ALWAYS,
  }
}

/** The parameters of a rule, as one test sets them. */
export const testParams = (
  rule: Rule,
  { params = {} }: Pick<RuleTest, 'params'>,
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
