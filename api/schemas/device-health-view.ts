import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import {
  batteryOf,
  DEVICE_TROUBLES,
  type DeviceStanding,
  type DeviceTrouble,
} from '#model/device-trouble.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

/** How a device does. */
export interface DeviceHealthEntry extends DeviceStanding {
  readonly troubles: readonly DeviceTrouble[]
}

export const DeviceHealthView = Type.Object(
  {
    deviceId: Type.String(),
    kind: Type.Enum([...KIND_NAMES]),
    label: nullable(Type.String()),
    address: nullable(Type.String()),
    partId: nullable(Type.String()),
    gridCode: nullable(Type.String()),
    group: nullable(Type.String()),
    enabled: Type.Boolean(),
    reportingInterval_s: Type.Number(),
    measuredAt: nullable(Instant),
    receivedAt: Type.Union([Instant, Type.Null()], {
      description: 'When its newest reading came; null: it has not reported yet.',
    }),
    lag_s: nullable(
      Type.Number({ description: 'From measuring to receiving its newest reading.' }),
    ),
    battery_pct: nullable(Type.Number({ description: 'As its newest reading has it.' })),
    severity: Type.Union([Type.Enum([...SEVERITIES]), Type.Null()], {
      description: 'Of the worst that is wrong with it now.',
    }),
    refused: Type.Integer({ minimum: 0, description: 'Its messages that wait in the quarantine.' }),
    connected: Type.Boolean(),
    troubles: Type.Array(Type.Enum([...DEVICE_TROUBLES])),
  },
  { $id: 'DeviceHealth' },
)
export type DeviceHealthView = Static<typeof DeviceHealthView>

export function showHealth(entry: DeviceHealthEntry, connected: boolean): DeviceHealthView {
  const { device, reading, severity, refused, troubles } = entry
  const { id, kind, label, address, partId, gridCode, group, enabled, reportingInterval } = device
  return {
    deviceId: id,
    kind,
    label,
    address,
    partId,
    gridCode,
    group,
    enabled,
    reportingInterval_s: reportingInterval / 1_000,
    measuredAt: reading && formatInstant(reading.measuredAt),
    receivedAt: reading && formatInstant(reading.receivedAt),
    lag_s: reading && (reading.receivedAt - reading.measuredAt) / 1_000,
    battery_pct: batteryOf(entry),
    severity,
    refused,
    connected,
    troubles: [...troubles],
  }
}
