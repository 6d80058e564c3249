import { flag, quantity, whole } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { seconds } from '#model/time.ts'
import { fix } from './shared-channels.ts'

/** The terminal of a refuse truck with its weighing gear. */
export const refuseTruck: DeviceKind = {
  name: 'refuse-truck',
  title: { en: 'refuse truck', zh: '垃圾清运车' },
  mobile: true,
  reportingInterval: seconds(10),
  channels: [
    ...fix,
    quantity('load_kg', 'kg', { min: 0, max: 60_000, precision: 1 }, { en: 'load', zh: '载重' }),
    whole(
      'lift_count',
      '{count}',
      { min: 0, max: 10_000_000 },
      { en: 'bins lifted, ever', zh: '提桶次数' },
    ),
    flag('hopper_open', { en: 'hopper open', zh: '料斗开启' }),
    flag('ignition', { en: 'ignition on', zh: '点火' }),
    quantity(
      'odometer_km',
      'km',
      { min: 0, max: 5_000_000, precision: 0.1 },
      { en: 'odometer', zh: '里程' },
    ),
    quantity('fuel_pct', '%', { min: 0, max: 100, precision: 0.1 }, { en: 'fuel', zh: '油量' }),
  ],
}
