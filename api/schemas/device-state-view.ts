import { type Static, Type } from 'typebox'
import type { Device } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import type { StoredReading } from '#model/reading.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { ReadingView, showReading } from './reading-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

/** A device on the map. */
export interface SeenDevice {
  readonly device: Device
  readonly reading: StoredReading | null
  readonly place: Place | null
  readonly severity: Severity | null
}

export const DeviceStateView = Type.Object(
  {
    deviceId: Type.String(),
    kind: Type.Enum([...KIND_NAMES]),
    label: nullable(Type.String()),
    place: nullable(refTo(PlaceView)),
    severity: Type.Union([Type.Enum([...SEVERITIES]), Type.Null()], {
      description: 'Of the worst that is wrong with it now; null: nothing is.',
    }),
    reading: Type.Union([refTo(ReadingView), Type.Null()], {
      description: 'The one measured last; null: it has not reported yet.',
    }),
  },
  { $id: 'DeviceState' },
)
export type DeviceStateView = Static<typeof DeviceStateView>

export const showDeviceState = ({
  device,
  reading,
  place,
  severity,
}: SeenDevice): DeviceStateView => ({
  deviceId: device.id,
  kind: device.kind,
  label: device.label,
  place,
  severity,
  reading: reading && showReading(device.kind, reading),
})

const count = (description: string) => Type.Integer({ minimum: 0, description })

export const MapCellView = Type.Object(
  {
    lon_deg: Type.Number({ description: 'The middle of its devices.' }),
    lat_deg: Type.Number(),
    devices: count('How many.'),
    byKind: Type.Record(Type.String(), Type.Integer(), { description: 'How many of each kind.' }),
    wrong: Type.Object(
      Object.fromEntries(SEVERITIES.map((severity) => [severity, Type.Integer({ minimum: 0 })])),
      { description: 'How many are wrong, by the worst that is wrong with them.' },
    ),
  },
  { $id: 'MapCell' },
)
