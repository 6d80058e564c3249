import type { ParamValue } from './rule.ts'

/** For whom a parameter is overridden, the most particular first: a device goes before its group. */
export const OVERRIDE_SCOPES = [
  'device',
  'group',
  'grid',
  'community',
  'street',
  'district',
  'partClass',
] as const
export type OverrideScope = (typeof OVERRIDE_SCOPES)[number]

/** Another value of one parameter of one rule, for some devices. */
export interface RuleOverride {
  readonly ruleId: string
  readonly param: string
  readonly scope: OverrideScope
  /** The id, name or code within its scope. */
  readonly key: string
  readonly value: ParamValue
}

/** A value in force for a device, and where it comes from. */
export interface EffectiveParam {
  readonly value: ParamValue | null
  readonly unit: string | null
  /** `default`, or the override it is. */
  readonly from: 'default' | Pick<RuleOverride, 'scope' | 'key'>
}
