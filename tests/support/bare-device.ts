import type { Device } from '#model/device.ts'
import { minutes } from '#model/time.ts'

/** A device of which nobody has said more than that, and how often it reports: every five minutes. */
export const bareDevice = (id: string, kind: string, more: Partial<Device> = {}): Device => ({
  id,
  kind,
  label: null,
  place: null,
  address: null,
  partId: null,
  gridCode: null,
  group: null,
  attributes: {},
  coordinateSystem: 'wgs84',
  reportingInterval: minutes(5),
  enabled: true,
  ...more,
})
