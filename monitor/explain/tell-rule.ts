import type { Device } from '#model/device.ts'
import type { ReadingTold, RuleTold } from '#model/explanation.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { StoredReading } from '#model/reading.ts'
import type { Rule } from '#model/rule.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { selects } from '#model/selects.ts'
import { between, type EpochMs } from '#model/time.ts'
import { toEvidence, unitsOf } from '#monitor/evidence.ts'
import type { BoundRule } from '#rules/bind-rule.ts'

/** `bound`: the rule as it is for the device, where it is for it at all. */
export const tellRule = (
  rule: Rule,
  version: number | null,
  bound: Pick<BoundRule, 'gap' | 'silence'> | null,
): RuleTold => ({
  id: rule.id,
  version,
  title: rule.title,
  source: rule.source,
  hold_ms: rule.hold,
  clearHold_ms: rule.clearHold,
  cooldown_ms: rule.cooldown,
  gap_ms: bound && bound.silence === null ? bound.gap : null,
  silence_ms: bound?.silence ?? null,
})

export const tellReading = (
  kind: DeviceKind,
  reading: StoredReading | undefined,
  at: EpochMs,
): ReadingTold | null =>
  reading
    ? {
        ...toEvidence(kind, reading),
        receivedAt: reading.receivedAt,
        age_ms: between(reading.measuredAt, at),
        units: unitsOf(kind, [toEvidence(kind, reading)]),
      }
    : null

/** The parts of a rule by which it is not for a device. */
export function partsAgainst({ kinds, where, silent }: Rule, device: Device): readonly string[] {
  const parts = Object.entries(where) as [keyof DeviceSelector, unknown][]
  return [
    ...(kinds.includes(device.kind) ? [] : ['kind']),
    ...parts.filter(([part, wanted]) => !selects({ [part]: wanted }, device)).map(([part]) => part),
    ...(silent !== null && !device.enabled ? ['enabled'] : []),
  ]
}
