import type { Device } from '#model/device.ts'
import { PLACE_DIGITS, valueFault } from '#model/override-fault.ts'
import { partClass, partDistrict } from '#model/part.ts'
import type { RuleParam } from '#model/rule.ts'
import {
  type EffectiveParam,
  OVERRIDE_SCOPES,
  type OverrideScope,
  type RuleOverride,
} from '#model/rule-override.ts'

export type EffectiveParams = Readonly<Record<string, EffectiveParam>>

/** What of a device decides which overrides are for it. */
export type ParamDevice = Pick<Device, 'id' | 'group' | 'gridCode' | 'partId'>

/** The overrides of one rule, ready to be looked up for any number of devices. */
export interface OverrideIndex {
  /** What holds where nothing is overridden: one object for all such devices. */
  readonly defaults: EffectiveParams
  /** By scope and key the parameters with another value there. Only scopes that have any. */
  readonly scopes: readonly {
    readonly scope: OverrideScope
    readonly byKey: ReadonlyMap<string, EffectiveParams>
  }[]
}

/**
 * Looks the overrides of a rule over once. Those that do not fit its parameters (another version
 * may have had others) have no effect.
 *
 * @param overrides of this rule alone
 */
export function indexOverrides(
  params: Readonly<Record<string, RuleParam>>,
  overrides: readonly RuleOverride[],
): OverrideIndex {
  const defaults: Record<string, EffectiveParam> = {}
  for (const [name, { default: value, unit }] of Object.entries(params)) {
    defaults[name] = { value, unit, from: 'default' }
  }
  const byScope = new Map<OverrideScope, Map<string, Record<string, EffectiveParam>>>()
  for (const { param, scope, key, value } of overrides) {
    const declared = Object.hasOwn(params, param) ? params[param] : undefined
    if (!declared || valueFault(declared, value) !== undefined) continue
    const byKey = byScope.get(scope) ?? new Map<string, Record<string, EffectiveParam>>()
    const there = byKey.get(key) ?? {}
    there[param] = { value, unit: declared.unit, from: { scope, key } }
    byScope.set(scope, byKey.set(key, there))
  }
  const scopes = OVERRIDE_SCOPES.flatMap((scope) => {
    const byKey = byScope.get(scope)
    return byKey ? [{ scope, byKey }] : []
  })
  return { defaults, scopes }
}

/**
 * The values in force for a device. Of several overrides the most particular holds, in the order of
 * `OVERRIDE_SCOPES`. Devices without any share one object.
 */
export function lookUpParams(index: OverrideIndex, device: ParamDevice): EffectiveParams {
  let effective = index.defaults
  // From the widest scope to the most particular, each over those before it.
  for (let at = index.scopes.length - 1; at >= 0; at -= 1) {
    const entry = index.scopes[at]
    const key = entry && keyOf(entry.scope, device)
    const there = key === undefined || key === null ? undefined : entry?.byKey.get(key)
    if (there) effective = { ...effective, ...there }
  }
  return effective
}

/**
 * The values of a rule's parameters in force for a device, and where each comes from. For many
 * devices, make the index once with {@link indexOverrides} and use {@link lookUpParams}.
 *
 * @param overrides of this rule alone
 */
export const effectiveParams = (
  params: Readonly<Record<string, RuleParam>>,
  device: ParamDevice,
  overrides: readonly RuleOverride[],
): EffectiveParams => lookUpParams(indexOverrides(params, overrides), device)

/** The id, name or code of a device within a scope; null when it has none. */
function keyOf(scope: OverrideScope, device: ParamDevice): string | null {
  switch (scope) {
    case 'device':
      return device.id
    case 'group':
      return device.group
    case 'partClass':
      return device.partId && partClass(device.partId)
    case 'district':
      return placeCode(device, 'district') ?? (device.partId && partDistrict(device.partId))
    default:
      return placeCode(device, scope)
  }
}

const placeCode = ({ gridCode }: ParamDevice, scope: keyof typeof PLACE_DIGITS): string | null =>
  gridCode && gridCode.slice(0, PLACE_DIGITS[scope])
