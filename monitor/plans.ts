import type { Device } from '#model/device.ts'
import { selects } from '#model/selects.ts'
import type { DurationMs } from '#model/time.ts'
import { type BoundRule, bindRule, type City } from '#rules/bind-rule.ts'
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

/** What rules are given of the city, and a word that is another when any of it was changed. */
export interface CityInForce extends City {
  readonly revision: string
}

/** The rules in force, device by device. */
export class Plans {
  readonly #rules: readonly RuleInForce[]
  readonly #city: CityInForce
  // A registered device is one object until it is changed.
  readonly #ofDevice = new WeakMap<Device, DevicePlan>()
  readonly #plans = new Map<string, DevicePlan>()
  readonly #planned = new Map<string, PlannedRule>()

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
    const key = rules.map((rule) => rule.key).join('\n')
    const plan = this.#plans.get(key) ?? planOf(rules, key)
    this.#plans.set(key, plan)
    this.#ofDevice.set(device, plan)
    return plan
  }

  #plan({ rule, compiled, version }: RuleInForce, device: Device): PlannedRule | undefined {
    const own = compiled.find(({ kind }) => kind.name === device.kind)
    if (!own || !selects(rule.where, device)) return undefined
    // Whoever is not let in cannot be heard.
    if (rule.silent && !device.enabled) return undefined
    const effective = this.#city.effective(rule, device)
    const ofCity = own.places.length > 0 || rule.schedule ? this.#city.revision : ''
    const interval = device.reportingInterval
    const key = JSON.stringify([rule.id, version, device.kind, interval, effective, ofCity])
    const planned = this.#planned.get(key) ?? {
      bound: bindRule(own, { effective, interval }, this.#city),
      version,
      key,
    }
    this.#planned.set(key, planned)
    return planned
  }
}

const planOf = (rules: readonly PlannedRule[], key: string): DevicePlan => ({
  rules,
  lookback: jointLookback(rules.map(({ bound }) => bound.lookback)),
  key,
  hasSilence: rules.some(({ bound }) => bound.silence !== null),
  shortestSilence: Math.min(...rules.map(({ bound }) => bound.silence ?? Infinity)) as DurationMs,
})
