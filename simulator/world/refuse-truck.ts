import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import { between, type Random, splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

export { TRUCK_TOP_KMH } from './crew/errand.ts'
export { TRUCK_LIMIT_KMH } from './crew/truck-driver.ts'

/** A refuse truck as it truly is. */
export interface RefuseTruckState {
  readonly place: Place
  readonly heading_deg: number
  readonly speed_kmh: number
  readonly load_kg: number
  readonly lifts: number
  readonly hopperOpen: boolean
  readonly ignition: boolean
  readonly odometer_km: number
  readonly fuel_pct: number
}

const FUEL_PCT_PER_KM = 0.3
const FUEL_LEAST_PCT = 20
const FUEL_RANGE_PCT = 75

/** Drives its round from stop to stop, lifts bins, tips its load, and now and then does worse. */
export function refuseTruck(
  _random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => RefuseTruckState {
  const { plane, seed } = world.setting.city
  const random = splitRandom(seed, 'truck', device.number)
  const odometer = between(random, 8_000, 160_000)
  const burnt = between(random, 0, FUEL_RANGE_PCT)
  const driver = world.crews.driverOf(device, random)
  const { journey, cargo } = driver
  return (at) => {
    driver.moveTo(at)
    const travelled_km = journey.travelled_m / 1_000
    return {
      place: plane.toPlace(journey),
      heading_deg: journey.heading_deg,
      speed_kmh: journey.speed_ms * 3.6,
      load_kg: cargo.load_kg,
      lifts: cargo.lifts,
      hopperOpen: cargo.isOpen(at),
      ignition: driver.hasIgnition(at),
      odometer_km: odometer + travelled_km,
      // Filled up on the way when it is low.
      fuel_pct:
        FUEL_LEAST_PCT +
        FUEL_RANGE_PCT -
        ((burnt + FUEL_PCT_PER_KM * travelled_km) % FUEL_RANGE_PCT),
    }
  }
}
