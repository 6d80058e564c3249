import { quantity } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { minutes } from '#model/time.ts'
import { battery, temperature } from './shared-channels.ts'

/** A gauge in a water, sewer or heat pipe, or in a river. Flow against the pipe's fall is negative. */
export const pipeGauge: DeviceKind = {
  name: 'pipe-gauge',
  title: { en: 'pipe gauge', zh: '管网监测仪' },
  mobile: false,
  reportingInterval: minutes(5),
  channels: [
    quantity(
      'level_mm',
      'mm',
      { min: -20_000, max: 100_000, precision: 1 },
      { en: 'level', zh: '水位' },
    ),
    quantity(
      'flow_l_s',
      'L/s',
      { min: -50_000, max: 50_000, precision: 0.1 },
      { en: 'flow', zh: '流量' },
    ),
    quantity(
      'pressure_kpa',
      'kPa',
      { min: -100, max: 10_000, precision: 0.1 },
      { en: 'pressure', zh: '压力' },
    ),
    temperature,
    quantity(
      'conductivity_us_cm',
      'uS/cm',
      { min: 0, max: 200_000, precision: 1 },
      { en: 'conductivity', zh: '电导率' },
    ),
    battery,
  ],
}
