import type { EpochMs } from '#model/time.ts'
import { pick, type Random } from '#simulator/random/random.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { held, rangesOf, type SensorRange } from '#simulator/sensors/sensor-range.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** A channel that a fault can change. */
export interface Target {
  readonly channel: string
  readonly range: SensorRange
}

/** One of the main channels a device has; null where it has none. */
export function pickTarget(random: Random, { kind, medium }: SimulatedDevice): Target | null {
  // A gauge in a main knows no level, one in a sewer no pressure.
  const without = kind !== 'pipe-gauge' ? null : medium === 'water' ? 'level_mm' : 'pressure_kpa'
  const ranges = Object.entries(rangesOf(kind)).filter(([channel]) => channel !== without)
  if (ranges.length === 0) return null
  const [channel, range] = pick(random, ranges)
  return { channel, range }
}

/** One channel changed, the others as they are. The sensor still saturates. */
export const altered =
  (sound: Measure, { channel, range }: Target, change: (value: number, at: EpochMs) => number) =>
  (at: EpochMs): ReturnType<Measure> => {
    const values = sound(at)
    const value = values?.[channel]
    if (!values || typeof value !== 'number') return values
    return { ...values, [channel]: held(change(value, at), range) }
  }
