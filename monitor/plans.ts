import type { Device } from '#model/device.ts'
import { selects } from '#model/selects.ts'
import type { DurationMs } from '#model/time.ts'
import { type BoundRule, bindRule, type City, type EffectiveParams } from '#rules/bind-rule.ts'
import type { CompiledRule } from '#rules/compiled-rule.ts'
import { jointLookback, type Lookback } from '#rules/memory.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'

/** A rule that is applied to what comes, and which version of it; null where it has none. */
export interface RuleInForce extends ParsedRule {
  readonly version: number | null
}

export interface PlannedRule {
  readonly bound: BoundRule
  readonly version: number | null
  /** Two of one key give the same of the same readings. */
  readonly key: string
}

/** The rules for one device, with what its parameters are. Shared by devices that are alike. */
export interface DevicePlan {
  readonly rules: readonly PlannedRule[]
  readonly lookback: Lookback
  /** Two plans of one key give the same of the same readings. */
  readonly key: string
  readonly hasSilence: boolean
  /** Infinite when no rule is about silence. */
  readonly shortestSilence: DurationMs
}

/** What rules are given of the city. */
export interface CityInForce extends City {
  /** Another one when any area was changed. */
  readonly revision: string
  /** Another one when any day of the work calendar was changed. */
  readonly calendarRevision: string
}

/** The rules in force, device by device. */
export class Plans {
  readonly #rules: readonly RuleInForce[]
  readonly #city: CityInForce
  // A registered device is one object until it is changed, and devices without overrides share one
  // of parameters.
  readonly #ofDevice = new WeakMap<Device, DevicePlan>()
  readonly #plans = new Map<string, DevicePlan>()
  readonly #planned = new Map<string, PlannedRule>()
  readonly #alike = new WeakMap<EffectiveParams, Map<string, PlannedRule>>()
  readonly #numbers = new Map<PlannedRule, number>()

  constructor(rules: readonly RuleInForce[], city: CityInForce) {
    this.#rules = rules
    this.#city = city
  }

  get rules(): readonly RuleInForce[] {
    return this.#rules
  }

  of(device: Device): DevicePlan {
    const known = this.#ofDevice.get(device)
    if (known) return known
    const rules = this.#rules.flatMap((rule) => this.#plan(rule, device) ?? [])
    const numbers = rules.map((rule) => this.#numbers.get(rule)).join()
    const plan = this.#plans.get(numbers) ?? planOf(rules)
    this.#plans.set(numbers, plan)
    this.#ofDevice.set(device, plan)
    return plan
  }

  #plan({ rule, compiled, version }: RuleInForce, device: Device): PlannedRule | undefined {
    const own = compiled.find(({ kind }) => kind.name === device.kind)
    if (!own || !selects(rule.where, device)) return undefined
    // Whoever is not let in cannot be heard.
    if (rule.silent && !device.enabled) return undefined
    const effective = this.#city.effective(rule, device)
    const alike = this.#alike.get(effective) ?? new Map<string, PlannedRule>()
    this.#alike.set(effective, alike)
    const name = `${rule.id} ${device.kind} ${device.reportingInterval}`
    const planned =
      alike.get(name) ?? this.#bind({ rule, compiled, version }, own, effective, device)
    alike.set(name, planned)
    return planned
  }

  #bind(
    { rule, version }: RuleInForce,
    own: CompiledRule,
    effective: EffectiveParams,
    device: Device,
  ): PlannedRule {
    const ofPlaces = own.places.length > 0 ? this.#city.revision : ''
    const schedule = rule.schedule && this.#city.schedule(rule.schedule)
    const ofDays = schedule?.asksCalendar ? this.#city.calendarRevision : ''
    const interval = device.reportingInterval
    const key = JSON.stringify([
      rule.id,
      version,
      device.kind,
      interval,
      effective,
      ofPlaces,
      ofDays,
    ])
    const planned = this.#planned.get(key) ?? {
      bound: bindRule(own, { effective, interval }, this.#city),
      version,
      key,
    }
    this.#planned.set(key, planned)
    if (!this.#numbers.has(planned)) this.#numbers.set(planned, this.#numbers.size)
    return planned
  }
}

const planOf = (rules: readonly PlannedRule[]): DevicePlan => ({
  rules,
  lookback: jointLookback(rules.map(({ bound }) => bound.lookback)),
  key: rules.map(({ key }) => key).join('\n'),
  hasSilence: rules.some(({ bound }) => bound.silence !== null),
  shortestSilence: Math.min(...rules.map(({ bound }) => bound.silence ?? Infinity)) as DurationMs,
})
