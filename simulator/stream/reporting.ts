import { type DurationMs, milliseconds } from '#model/time.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** How often the devices of a kind report, beside those of the others. What moves reports most. */
const SLOWNESS: Readonly<Record<string, number>> = {
  'refuse-truck': 0.6,
  'patrol-terminal': 0.8,
  'manhole-cover': 1,
  'pipe-gauge': 1,
  'bin-sensor': 1.2,
}

const slowness = (kind: string): number => SLOWNESS[kind] ?? 1

/**
 * The reporting interval of each kind at which all devices together send `rate` messages a second.
 */
export function reportingIntervals(
  devices: readonly SimulatedDevice[],
  rate: number,
): (kind: string) => DurationMs {
  const perUnit = devices.reduce((total, { kind }) => total + 1 / slowness(kind), 0)
  const unit_ms = (1_000 * perUnit) / rate
  return (kind) => milliseconds(Math.max(1, Math.round(unit_ms * slowness(kind))))
}
