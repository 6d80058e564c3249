import type { EpochMs } from '#model/time.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import { type Burst, burst } from './burst.ts'
import { MainGauge } from './main-gauge.ts'
import { mainZones } from './main-zones.ts'
import { MainsWatch } from './mains-watch.ts'
import { type Seen, seenUntil } from './watch.ts'

const NONE: readonly Observation[] = []

/** The water mains in one run: pressure and flow at every gauge. */
export class Mains {
  readonly bursts: readonly Burst[]
  readonly #setting: Setting
  readonly #placeOf: ReturnType<typeof mainZones>
  readonly #gauges = new Map<number, MainGauge>()
  readonly #log: Seen[] = []
  readonly #watch: MainsWatch

  constructor(setting: Setting) {
    const { city, incidents, startedAt } = setting
    this.#setting = setting
    this.#placeOf = mainZones(city)
    this.bursts = incidents.flatMap((incident) =>
      incident.cause === 'main-burst' && incident.spot
        ? [burst(incident, this.#placeOf(incident.spot))]
        : [],
    )
    this.#watch = new MainsWatch(startedAt, this.bursts, () => this.#all(), this.#log)
  }

  gauge(device: Pick<SimulatedDevice, 'index' | 'id' | 'spot'>): MainGauge | undefined {
    if (!device.spot) return undefined
    const known = this.#gauges.get(device.index)
    if (known) return known
    const { city, day } = this.#setting
    const place = this.#placeOf(device.spot)
    const gauge = new MainGauge(city.seed, device.id, place, day, this.bursts)
    this.#gauges.set(device.index, gauge)
    return gauge
  }

  observe(device: number, at: EpochMs): readonly Observation[] {
    if (this.bursts.length === 0) return NONE
    this.#watch.advance(at)
    return this.#watch.at(device, at)
  }

  observations(until: EpochMs): readonly Observation[] {
    if (this.bursts.length === 0) return NONE
    this.#watch.advance(until)
    return seenUntil(this.#log, until)
  }

  #all(): readonly (readonly [SimulatedDevice, MainGauge])[] {
    return this.#setting.city.devices.flatMap((device) => {
      if (device.kind !== 'pipe-gauge' || device.medium !== 'water') return []
      const gauge = this.gauge(device)
      return gauge ? [[device, gauge] as const] : []
    })
  }
}
