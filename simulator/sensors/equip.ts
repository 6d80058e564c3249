import { Broken } from '#model/error.ts'
import type { IncidentsOf } from '#simulator/incidents/incident.ts'
import { splitRandom } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Shift } from '#simulator/world/refuse-truck.ts'
import { coverSensor } from './cover-sensor.ts'
import { levelSensor } from './level-sensor.ts'
import type { Sensor } from './measured.ts'
import { patrolTerminal, truckTerminal } from './mobile-terminal.ts'
import { mainGauge, sewerGauge } from './pipe-gauge.ts'

/** The sensor of one device over its part of the world, on a stream of randomness of its own. */
export function equip(
  city: City,
  device: SimulatedDevice,
  shift: Pick<Shift, 'startedAt' | 'interval'>,
  incidentsOf: IncidentsOf,
): Sensor {
  const random = splitRandom(city.seed, 'device', device.kind, device.number)
  switch (device.kind) {
    case 'manhole-cover': {
      const foul = device.medium === 'sewage' || device.medium === 'stormwater'
      return coverSensor(random, foul, incidentsOf)
    }
    case 'bin-sensor':
      return levelSensor(random, incidentsOf)
    case 'pipe-gauge':
      return device.medium === 'water'
        ? mainGauge(random, incidentsOf)
        : sewerGauge(random, incidentsOf)
    case 'refuse-truck':
      return truckTerminal(random, { ...city, ...shift }, incidentsOf)
    case 'patrol-terminal':
      return patrolTerminal(random, { ...city, ...shift }, incidentsOf)
    default:
      throw new Broken('internal', `no sensor is made for ${device.kind}`)
  }
}
