import { showCase } from '#api/schemas/case-view.ts'
import { showReading } from '#api/schemas/reading-view.ts'
import type { CaseChange } from '#model/commit.ts'
import { channelIndex } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import type { Reading } from '#model/reading.ts'
import { type LiveEvent, liveEvent } from './live-event.ts'
import type { MapState } from './map-feed.ts'

export const readingEvent = (reading: Reading): LiveEvent =>
  liveEvent('reading', reading.device.id, [reading.measuredAt, reading.seq], {
    deviceId: reading.device.id,
    kind: reading.device.kind,
    place: placeOf(reading),
    ...showReading(reading.device.kind, reading),
  })

/** The document of a state: the same as of its newest reading, at the place of its newest fix. */
export const stateDocument = ({ device, reading, place }: MapState): object => ({
  deviceId: device.id,
  kind: device.kind,
  place,
  ...(reading && showReading(device.kind, reading)),
})

export const caseEvent = (event: CaseChange): LiveEvent =>
  liveEvent('case', event.case.id, [event.case.updatedAt, event.case.version], {
    type: event.type,
    case: showCase(event.case),
  })

/** Of a mobile device where the reading was taken, otherwise where the device is. */
function placeOf({ device, values }: Reading): Place | null {
  const kind = findKind(device.kind)
  if (!kind?.mobile) return device.place
  const lon_deg = values[channelIndex(kind, 'lon_deg')]
  const lat_deg = values[channelIndex(kind, 'lat_deg')]
  return typeof lon_deg === 'number' && typeof lat_deg === 'number' ? { lon_deg, lat_deg } : null
}
