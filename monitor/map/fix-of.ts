import { channelIndex } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import type { StoredReading } from '#model/reading.ts'

const FIXES = new Map(
  KINDS.filter(({ mobile }) => mobile).map((kind) => [
    kind.name,
    { lon: channelIndex(kind, 'lon_deg'), lat: channelIndex(kind, 'lat_deg') },
  ]),
)

/** Where a kind has its longitude; undefined: it does not move. */
export const fixChannel = (kind: string): number | undefined => FIXES.get(kind)?.lon

/** Where a reading of something that moves was taken; undefined where it does not say. */
export function fixOf(kind: string, { values }: Pick<StoredReading, 'values'>): Place | undefined {
  const channels = FIXES.get(kind)
  if (channels === undefined) return undefined
  const [lon_deg, lat_deg] = [values[channels.lon], values[channels.lat]]
  return typeof lon_deg === 'number' && typeof lat_deg === 'number'
    ? { lon_deg, lat_deg }
    : undefined
}
