import { type EpochMs, hours, minutes } from '#model/time.ts'
import { between, chance, gaussian, integerBetween, type Random } from '#simulator/random/random.ts'
import { takeCells } from '#simulator/signals/cells.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type ManholeState, manhole } from '#simulator/world/manhole.ts'
import type { World } from '#simulator/world/world.ts'
import { type Battery, cell } from './battery.ts'
import type { Meter } from './instrument.ts'
import type { Values } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

// A heavy vehicle tilts a cover for a moment; the sensor sees one such moment in two hundred.
const SHAKE_SHARE = 0.005
const SHAKE_DEG: readonly [number, number] = [3, 9]
/** One that lies askew already is not tilted further. */
const SEATED_DEG = 4
const SHOCKS = 6
const SHAKE_SHOCKS = 4
const HIT_SHOCKS = 12

// Signal strength wanders so slowly that it is not worked out anew for each reading.
const STRENGTH_DBM: readonly [number, number] = [-105, -75]
const STRENGTH_DEVIATION = 4
const STRENGTH_MEMORY_MS = hours(0.5)
const STRENGTH_STEP_MS = minutes(5)

const { level_mm, h2s_ppm, tilt_deg, temperature_celsius } = SENSOR_RANGES['manhole-cover']

/** The sensor under a cover. */
export class CoverSensor implements Meter {
  readonly #random: Random
  readonly #shaft: (at: EpochMs) => ManholeState
  readonly #battery: Battery
  /** Signal strength: its middle, how many deviations it is off, and since when. */
  readonly #numbers: Float64Array
  readonly #from: number

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#random = random
    this.#shaft = manhole(random, world, device)
    this.#battery = cell(random, device.kind, world.incidentsOf(device)('battery-low'))
    const { numbers, from } = takeCells(3)
    numbers[from] = between(random, ...STRENGTH_DBM)
    numbers[from + 1] = gaussian(random)
    numbers[from + 2] = world.setting.startedAt
    this.#numbers = numbers
    this.#from = from
  }

  measure(at: EpochMs): Values {
    const random = this.#random
    const state = this.#shaft(at)
    const shaken = state.tilt_deg < SEATED_DEG && chance(random, SHAKE_SHARE * state.traffic)
    const shake = shaken ? between(random, ...SHAKE_DEG) : 0
    const shocks = integerBetween(random, 0, Math.round(SHOCKS * state.traffic))
    return {
      tilt_deg: held(Math.abs(state.tilt_deg + shake + 0.3 * gaussian(random)), tilt_deg),
      lid_open: state.lidOpen,
      level_mm: held(state.level_mm + 8 * gaussian(random), level_mm),
      ch4_pct_lel: state.methane_pct_lel + 0.2 * gaussian(random),
      h2s_ppm: held(state.hydrogenSulphide_ppm + 0.2 * gaussian(random), h2s_ppm),
      vibration_count: shocks + (state.struck ? HIT_SHOCKS : shaken ? SHAKE_SHOCKS : 0),
      temperature_celsius: held(state.temperature_celsius, temperature_celsius),
      battery_pct: this.#battery.left(at),
      rssi_dbm: this.#strength(at),
    }
  }

  #strength(at: EpochMs): number {
    const numbers = this.#numbers
    const from = this.#from
    const passed = at - (numbers[from + 2] as number)
    if (passed >= STRENGTH_STEP_MS) {
      const kept = Math.exp(-passed / STRENGTH_MEMORY_MS)
      const fresh = Math.sqrt(1 - kept * kept) * gaussian(this.#random)
      const off = kept * (numbers[from + 1] as number) + fresh
      numbers[from + 1] = Math.max(-3, Math.min(3, off))
      numbers[from + 2] = at
    }
    return (numbers[from] as number) + STRENGTH_DEVIATION * (numbers[from + 1] as number)
  }
}
