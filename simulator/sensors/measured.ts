import { Broken } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { EpochMs } from '#model/time.ts'

/** Channels of one reading by name, as a device would send them. */
export type Values = Readonly<Record<string, number | boolean>>

/** Asked in the order of time. */
export type Sensor = (at: EpochMs) => Values

/**
 * What a device makes of true values: rounded to the precision of the channel and held at the ends
 * of its range, as sensors saturate.
 */
export type Quantise = (values: Values) => Values

interface Scale {
  readonly min: number
  readonly max: number
  /** Steps in one unit. A whole number of steps divides without a tail of digits. */
  readonly steps: number
}

const byKind = new Map<string, Quantise>()

/** @throws Broken('internal') for a kind that does not exist. */
export function quantiser(kind: string): Quantise {
  const known = byKind.get(kind) ?? scalesOf(kind)
  byKind.set(kind, known)
  return known
}

function scalesOf(name: string): Quantise {
  const kind = findKind(name)
  if (!kind) throw new Broken('internal', `there is no kind of device called ${name}`)
  const scales = new Map(kind.channels.map((channel) => [channel.name, scaleOf(channel)]))
  return (values) => {
    const measured: Record<string, number | boolean> = {}
    for (const [channel, value] of Object.entries(values)) {
      const scale = scales.get(channel)
      measured[channel] = typeof value === 'number' && scale ? rounded(value, scale) : value
    }
    return measured
  }
}

const scaleOf = ({
  min = -Infinity,
  max = Infinity,
  precision = 1e-6,
}: DeviceKind['channels'][number]): Scale => ({ min, max, steps: Math.round(1 / precision) })

const rounded = (value: number, { min, max, steps }: Scale): number =>
  Math.round(Math.max(min, Math.min(max, value)) * steps) / steps
