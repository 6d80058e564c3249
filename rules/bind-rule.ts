import type { Device } from '#model/device.ts'
import type { Rule } from '#model/rule.ts'
import type { EffectiveParam } from '#model/rule-override.ts'
import type { RuleSchedule } from '#model/schedule.ts'
import { type DurationMs, milliseconds } from '#model/time.ts'
import type { Binding, PlaceRef } from './compilation.ts'
import type { CompiledRule } from './compiled-rule.ts'
import { jointLookback, type Lookback } from './memory.ts'
import type { CompiledArea } from './place/compile-area.ts'
import { fixChannels } from './sample-fix.ts'
import type { CompiledSchedule } from './schedule/compile-schedule.ts'
import type { Presence } from './silence.ts'

/** A rule with all that its names stand for at one device: ready to be folded. */
export interface BoundRule extends CompiledRule, Binding {
  readonly gap: DurationMs
  /** For how long nothing must come; null where the rule is not about silence. */
  readonly silence: DurationMs | null
  readonly schedule: CompiledSchedule | null
  readonly presence: Presence
  readonly lookback: Lookback
  readonly effective: EffectiveParams
}

/** What the city gives to its rules. */
export interface City {
  /** `metres`: of a corridor along a line. Undefined when there is no such area. */
  readonly area: (id: string, metres: number | null) => CompiledArea | undefined
  readonly schedule: (schedule: RuleSchedule) => CompiledSchedule
  readonly presence: Presence
  readonly effective: (rule: Rule, device: Device) => EffectiveParams
}

/** What a device brings along. */
export interface Bearing {
  readonly effective: EffectiveParams
  readonly interval: DurationMs
}

export type EffectiveParams = Readonly<Record<string, EffectiveParam>>

/** A silence of up to three reporting intervals does not interrupt what was true. */
const GAP_INTERVALS = 3

/** Gives the names of a rule their meaning for one device. */
export function bindRule(
  compiled: CompiledRule,
  { effective, interval }: Bearing,
  city: Omit<City, 'effective'>,
): BoundRule {
  const { rule, kind } = compiled
  const params = Object.keys(rule.params).map((name) => effective[name]?.value ?? undefined)
  const areas = compiled.places.map((place) => areaOf(place, params, city))
  const { silent } = rule
  const lookbacks = [
    compiled.when.lookback,
    compiled.clear.lookback,
    ...compiled.levels.map(({ when }) => when.lookback),
  ].map((lookback) => ({ ...lookback, areas: [], fix: null }))
  const followed = areas.filter((area) => area !== undefined)
  return {
    ...compiled,
    params,
    areas,
    effective,
    gap: rule.gap ?? milliseconds(interval * GAP_INTERVALS),
    silence:
      silent === null
        ? null
        : 'span' in silent
          ? silent.span
          : milliseconds(silent.intervals * interval),
    schedule: rule.schedule && city.schedule(rule.schedule),
    presence: city.presence,
    lookback: {
      ...jointLookback(lookbacks),
      areas: [...new Set(followed)],
      fix: followed.length > 0 ? fixChannels(kind) : null,
    },
  }
}

function areaOf(
  { area, width }: PlaceRef,
  params: Binding['params'],
  city: Pick<City, 'area'>,
): CompiledArea | undefined {
  const id = 'text' in area ? area.text : params[area.param]
  const metres = width === null ? null : 'metres' in width ? width.metres : params[width.param]
  if (typeof id !== 'string' || typeof metres === 'string' || metres === undefined) return undefined
  return city.area(id, metres)
}
