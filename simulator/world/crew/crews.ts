import { Broken } from '#model/error.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { Random } from '#simulator/random/random.ts'
import type { Observer } from '#simulator/truth/observation.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import { type BinRound, Collection } from './collection.ts'
import { overflowObserver, overflowsOf } from './missed-collections.ts'
import { TruckDriver } from './truck-driver.ts'
import { Walker } from './walker.ts'

/** Those who drive through the city and empty its bins; sees what becomes of bins they pass by. */
export interface Crews extends Observer {
  /** When a bin is lifted, by its key: the id of its device. */
  binRound(key: string): BinRound
  /** Whoever drives a truck of the fleet. */
  driverOf(truck: SimulatedDevice, random: Random): TruckDriver
  /** Whoever carries a terminal. */
  walkerOf(terminal: SimulatedDevice): Walker
}

export function createCrews(setting: Setting): Crews {
  const { city, incidents, startedAt, interval } = setting
  let made: Collection | undefined
  // A fleet without bins and trucks plans no collection.
  const collection = (): Collection => (made ??= new Collection(setting))
  const observer = overflowObserver(() =>
    incidents.some(({ cause }) => cause === 'collection-missed') ? overflowsOf(collection()) : [],
  )
  const byCrew = new Map<number, Incident[]>()
  for (const incident of incidents) {
    const [device] = incident.devices
    if (device?.kind !== 'refuse-truck' && device?.kind !== 'patrol-terminal') continue
    const own = byCrew.get(device.index)
    if (own) own.push(incident)
    else byCrew.set(device.index, [incident])
  }
  return {
    ...observer,
    binRound: (key) => collection().binRound(key),
    driverOf(truck, random) {
      const route = collection().plan.routes[truck.number - 1]
      if (!route) throw new Broken('internal', `${truck.id} has no route`)
      const errands = byCrew.get(truck.index) ?? []
      return new TruckDriver({
        city,
        collection: collection(),
        timetable: collection().timetable(route),
        random,
        errands,
        losses: errands.filter(({ cause }) => cause === 'load-dropped'),
        interval: interval(truck.kind),
        startedAt,
      })
    },
    walkerOf: ({ index, number }) =>
      new Walker({ city, number, incidents: byCrew.get(index) ?? [], startedAt }),
  }
}
