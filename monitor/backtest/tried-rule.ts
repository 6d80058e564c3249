import type { Device } from '#model/device.ts'
import type { ParamValue, Rule } from '#model/rule.ts'
import { selects } from '#model/selects.ts'
import { type DurationMs, days, milliseconds } from '#model/time.ts'
import type { City, EffectiveParams } from '#rules/bind-rule.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'

/** A rule that is tried, and how it is meant. */
export interface TriedRule extends ParsedRule {
  /** Values of parameters that are tried in place of those in force, for every device. */
  readonly params: Readonly<Record<string, ParamValue>>
  /** It is tried as it is in force: what it found live tells what readings leave open. */
  readonly isInForce: boolean
}

/** Whether a rule looks at a device. Whoever is not let in cannot be heard. */
export const appliesTo = ({ kinds, where, silent }: Rule, device: Device): boolean =>
  kinds.includes(device.kind) && selects(where, device) && (silent === null || device.enabled)

export const hasGroups = ({ neighbours, mass }: Rule): boolean =>
  neighbours !== null || mass !== null

/** Groups that began longer before a span are taken for what is left of them. */
const GROUP_LEAD: DurationMs = days(1)

/** How long before a span the fold begins: groups may be under way at its beginning. */
export function leadOf({ neighbours, mass }: Rule): DurationMs {
  const during = neighbours?.during ?? mass?.during
  return during === undefined ? milliseconds(0) : milliseconds(Math.max(GROUP_LEAD, 2 * during))
}

/** The parameters of a rule at a device, those that are tried before those in force. */
export function triedParams(
  { rule, params }: TriedRule,
  device: Device,
  city: Pick<City, 'effective'>,
): EffectiveParams {
  const tried = Object.entries(params).map(([name, value]) => {
    const unit = rule.params[name]?.unit ?? null
    return [name, { value, unit, from: 'default' }] as const
  })
  const effective = city.effective(rule, device)
  return tried.length === 0 ? effective : { ...effective, ...Object.fromEntries(tried) }
}
