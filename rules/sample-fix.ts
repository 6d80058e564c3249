import { channelIndex, type DeviceKind } from '#model/kind.ts'
import type { Sample } from './fold.ts'
import type { Fix } from './place/movement.ts'

/** Indexes of the channels that make a fix. */
export interface FixChannels {
  readonly lon: number
  readonly lat: number
  readonly speed: number
  readonly accuracy: number
}

/** Null for kinds that do not move. */
export const fixChannels = (kind: DeviceKind): FixChannels | null =>
  kind.mobile
    ? {
        lon: channelIndex(kind, 'lon_deg'),
        lat: channelIndex(kind, 'lat_deg'),
        speed: channelIndex(kind, 'speed_kmh'),
        accuracy: channelIndex(kind, 'accuracy_m'),
      }
    : null

/** Where a reading says the device is; undefined where it does not. */
export function fixOf({ measuredAt, values }: Sample, channels: FixChannels): Fix | undefined {
  const lon_deg = values[channels.lon]
  const lat_deg = values[channels.lat]
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return undefined
  return {
    at: measuredAt,
    lon_deg,
    lat_deg,
    speed_kmh: numberOf(values[channels.speed]),
    accuracy_m: numberOf(values[channels.accuracy]),
  }
}

const numberOf = (value: Sample['values'][number]): number | undefined =>
  typeof value === 'number' ? value : undefined
