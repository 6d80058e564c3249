import { isDeviceId } from './device.ts'
import type { ParamValue, RuleParam } from './rule.ts'
import type { OverrideScope, RuleOverride } from './rule-override.ts'

/** Codes of places are the beginnings of a unit grid's code: 6 district + 3 street + 3 community + 3. */
export const PLACE_DIGITS = { grid: 15, community: 12, street: 9, district: 6 } as const

const digits = (count: number) => ({
  fits: (key: string): boolean => key.length === count && /^[0-9]+$/.test(key),
  form: `${count} digits`,
})

const KEYS: Readonly<
  Record<OverrideScope, { readonly fits: (key: string) => boolean; readonly form: string }>
> = {
  device: { fits: isDeviceId, form: 'the id of a device' },
  group: { fits: (key) => key.length > 0 && key.length <= 64, form: 'the name of a group' },
  grid: digits(PLACE_DIGITS.grid),
  community: digits(PLACE_DIGITS.community),
  street: digits(PLACE_DIGITS.street),
  district: digits(PLACE_DIGITS.district),
  partClass: digits(4),
}

/** Why a value cannot be that of a parameter; undefined when it can. */
export function valueFault({ type, min, max }: RuleParam, value: ParamValue): string | undefined {
  if (typeof value !== (type === 'number' ? 'number' : 'string')) return `is a ${type}`
  if (typeof value !== 'number') return undefined
  if (!Number.isFinite(value)) return 'is a finite number'
  if (min !== null && value < min) return `is at least ${min}`
  if (max !== null && value > max) return `is at most ${max}`
  return undefined
}

/** Why an override has no effect under a rule with these parameters; undefined when it has. */
export function overrideFault(
  params: Readonly<Record<string, RuleParam>>,
  { param, scope, key, value }: Omit<RuleOverride, 'ruleId'>,
): string | undefined {
  const declared = Object.hasOwn(params, param) ? params[param] : undefined
  if (!declared) {
    const names = Object.keys(params)
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
    return `the rule has no parameter ${param}: ${known}`
  }
  if (!KEYS[scope].fits(key)) return `the key of ${scope} is ${KEYS[scope].form}`
  const fault = valueFault(declared, value)
  return fault && `${param} ${fault}`
}
