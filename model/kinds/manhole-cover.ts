import { flag, quantity, whole } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { minutes } from '#model/time.ts'
import { battery, temperature, tilt } from './shared-channels.ts'

/** A sensor under a cover. It sleeps to save its battery, so hours of silence are normal. */
export const manholeCover: DeviceKind = {
  name: 'manhole-cover',
  title: { en: 'manhole cover sensor', zh: '井盖传感器' },
  mobile: false,
  reportingInterval: minutes(60),
  channels: [
    tilt,
    flag('lid_open', { en: 'lid open', zh: '井盖开启' }),
    quantity(
      'level_mm',
      'mm',
      { min: -20_000, max: 20_000, precision: 1 },
      { en: 'water level above the invert', zh: '井内水位' },
    ),
    quantity(
      'ch4_pct_lel',
      '%{LEL}',
      { min: 0, max: 100, precision: 0.1 },
      { en: 'methane', zh: '甲烷浓度' },
    ),
    quantity(
      'h2s_ppm',
      '[ppm]',
      { min: 0, max: 1_000, precision: 0.1 },
      { en: 'hydrogen sulphide', zh: '硫化氢浓度' },
    ),
    whole(
      'vibration_count',
      '{count}',
      { min: 0, max: 1_000_000 },
      { en: 'shocks since the last report', zh: '振动次数' },
    ),
    temperature,
    battery,
    whole('rssi_dbm', 'dB[mW]', { min: -150, max: 0 }, { en: 'signal strength', zh: '信号强度' }),
  ],
}
