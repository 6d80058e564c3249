import { quantity } from '#model/channel.ts'

/** Channels that several kinds have with one and the same meaning. */

export const battery = quantity(
  'battery_pct',
  '%',
  { min: 0, max: 100, precision: 1 },
  { en: 'battery', zh: '电量' },
)

export const temperature = quantity(
  'temperature_celsius',
  'Cel',
  { min: -60, max: 200, precision: 0.1 },
  { en: 'temperature', zh: '温度' },
)

export const tilt = quantity(
  'tilt_deg',
  'deg',
  { min: 0, max: 180, precision: 0.1 },
  { en: 'tilt', zh: '倾角' },
)

/** Longitude and latitude (WGS-84 once stored), speed, heading and stated accuracy of a fix. */
export const fix = [
  quantity(
    'lon_deg',
    'deg',
    { min: -180, max: 180, precision: 0.000001 },
    { en: 'longitude', zh: '经度' },
  ),
  quantity(
    'lat_deg',
    'deg',
    { min: -90, max: 90, precision: 0.000001 },
    { en: 'latitude', zh: '纬度' },
  ),
  quantity('speed_kmh', 'km/h', { min: 0, max: 300, precision: 0.1 }, { en: 'speed', zh: '速度' }),
  quantity('heading_deg', 'deg', { min: 0, max: 360, precision: 1 }, { en: 'heading', zh: '航向' }),
  quantity(
    'accuracy_m',
    'm',
    { min: 0, max: 100_000, precision: 0.1 },
    { en: 'fix accuracy', zh: '定位精度' },
  ),
] as const
