import { quantity } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { minutes } from '#model/time.ts'
import { battery, temperature, tilt } from './shared-channels.ts'

/** A level sensor in a refuse bin. */
export const binSensor: DeviceKind = {
  name: 'bin-sensor',
  title: { en: 'bin sensor', zh: '垃圾桶传感器' },
  mobile: false,
  reportingInterval: minutes(15),
  channels: [
    quantity(
      'fill_pct',
      '%',
      { min: 0, max: 100, precision: 1 },
      { en: 'fill level', zh: '满溢度' },
    ),
    tilt,
    temperature,
    battery,
  ],
}
