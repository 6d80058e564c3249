import type { Device } from './device.ts'
import { findKind } from './kinds.ts'
import type { StoredReading } from './reading.ts'
import type { Severity } from './rule.ts'
import type { Bilingual } from './text.ts'
import { type EpochMs, minutes } from './time.ts'

/** What somebody who keeps devices running looks for. One may have several. */
export const DEVICE_TROUBLES = [
  'wrong',
  'silent',
  'never',
  'late',
  'low-battery',
  'refused',
  'disabled',
] as const
export type DeviceTrouble = (typeof DEVICE_TROUBLES)[number]

export const DEVICE_TROUBLE_TITLES: Readonly<Record<DeviceTrouble, Bilingual>> = {
  wrong: { en: 'alarm', zh: '告警' },
  silent: { en: 'silent', zh: '失联' },
  never: { en: 'never reported', zh: '从未上报' },
  late: { en: 'late', zh: '上报滞后' },
  'low-battery': { en: 'low battery', zh: '电量低' },
  refused: { en: 'messages refused', zh: '有拒收' },
  disabled: { en: 'disabled', zh: '已停用' },
}

/** Silent is what has not been heard for so many of its intervals. */
export const SILENT_INTERVALS = 3
/** What rules take for low as they ship. */
export const LOW_BATTERY_PCT = 20
/** What comes sooner after it was measured is late for nobody. */
const LATE_LEAST = minutes(1)

/** What is known of how a device does. */
export interface DeviceStanding {
  readonly device: Device
  /** Its newest; null: it has not reported yet. */
  readonly reading: StoredReading | null
  /** Of the worst that is wrong with it now. */
  readonly severity: Severity | null
  /** Messages that wait in the quarantine. */
  readonly refused: number
}

/** Percent, as its newest reading says; null where that says nothing. */
export function batteryOf({ device, reading }: Pick<DeviceStanding, 'device' | 'reading'>) {
  const index = findKind(device.kind)?.channels.findIndex(({ name }) => name === 'battery_pct')
  const value = index === undefined || index < 0 ? undefined : reading?.values[index]
  return typeof value === 'number' ? value : null
}

/** In the order of {@link DEVICE_TROUBLES}. Nobody misses what a disabled device does not send. */
export function troublesOf(standing: DeviceStanding, now: EpochMs): readonly DeviceTrouble[] {
  const { device, reading, severity, refused } = standing
  const { enabled, reportingInterval } = device
  const battery = batteryOf(standing)
  const has: Readonly<Record<DeviceTrouble, boolean>> = {
    wrong: severity !== null,
    silent:
      enabled &&
      reading !== null &&
      now - reading.receivedAt > SILENT_INTERVALS * reportingInterval,
    never: enabled && reading === null,
    late:
      reading !== null &&
      reading.receivedAt - reading.measuredAt > Math.max(LATE_LEAST, reportingInterval),
    'low-battery': battery !== null && battery < LOW_BATTERY_PCT,
    refused: refused > 0,
    disabled: !enabled,
  }
  return DEVICE_TROUBLES.filter((trouble) => has[trouble])
}
