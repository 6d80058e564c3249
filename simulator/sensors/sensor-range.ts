/** How far one sensor reaches. */
export interface SensorRange {
  /** What it says at least and at most: it stays there when more is so. */
  readonly min: number
  readonly max: number
  /** Over how much of that it ranges in use: what a fault of 0.1 is a tenth of. */
  readonly use: number
}

const range = (min: number, max: number, use: number): SensorRange => ({ min, max, use })

// As such sensors are sold: submerged level gauges to 5 m, transmitters to 1 MPa, electrochemical
// cells to 100 ppm, semiconductors from -40 to 125 °C. A kind allows far more than any one of them.
const tilt_deg = range(0, 180, 90)
const temperature_celsius = range(-40, 125, 80)
const level_mm = range(0, 5_000, 4_000)

/** The channels of each kind in which a fault shows, the main ones. */
export const SENSOR_RANGES = {
  'manhole-cover': {
    tilt_deg,
    level_mm,
    ch4_pct_lel: range(0, 100, 100),
    h2s_ppm: range(0, 100, 100),
    temperature_celsius,
  },
  'bin-sensor': { fill_pct: range(0, 100, 100), tilt_deg, temperature_celsius },
  'pipe-gauge': {
    level_mm,
    pressure_kpa: range(0, 1_000, 500),
    flow_l_s: range(-1_000, 1_000, 200),
  },
  'refuse-truck': { load_kg: range(0, 16_000, 10_000), fuel_pct: range(0, 100, 100) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, SensorRange>>>>

const byKind: Readonly<Record<string, Readonly<Record<string, SensorRange>>>> = SENSOR_RANGES

/** By channel; none for a kind that has no sensor beside its receiver. */
export const rangesOf = (kind: string): Readonly<Record<string, SensorRange>> => byKind[kind] ?? {}

export const held = (value: number, { min, max }: SensorRange): number =>
  value < min ? min : value > max ? max : value
