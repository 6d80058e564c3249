import { Broken } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { Signal } from '#simulator/signals/signal.ts'
import { NOTHING, type Observer } from '#simulator/truth/observation.ts'
import type { Medium, SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Spot } from '#simulator/world/spot.ts'
import type { Weather } from '#simulator/world/weather.ts'
import { Mains } from './mains.ts'
import { SewerWorks } from './sewer-works.ts'

/**
 * What flows below the streets: foul water, storm water, drinking water. Each device asks for its
 * own signals once; they are asked in the order of time, and say the same whoever asks besides.
 */
export interface Waters extends Observer {
  /** At a cover or gauge on a sewer. Above the invert; the flow against the fall is negative. */
  sewer(device: SimulatedDevice): { readonly level_mm: Signal; readonly flow_l_s: Signal }
  main(device: SimulatedDevice): { readonly pressure_kpa: Signal; readonly flow_l_s: Signal }
}

/** Costs nothing until it is asked. */
export function createWaters(setting: Setting, weather: Weather): Waters {
  const mains = new Mains(setting)
  const mediumOf = mediaOf(setting)
  const foul = new SewerWorks('foul', setting, weather, mains.bursts, mediumOf)
  const storm = new SewerWorks('storm', setting, weather, mains.bursts, mediumOf)
  const all = [foul, storm, mains]
  return {
    sewer(device) {
      const works = device.medium === 'stormwater' ? storm : foul
      const { course } = works
      const place = works.place(spotOf(device))
      return {
        level_mm: (at) => 1_000 * course.depth_m(place, at),
        flow_l_s: (at) => 1_000 * course.flow_m3_s(place, at),
      }
    },
    main(device) {
      const gauge = mains.gauge({ ...device, spot: spotOf(device) })
      if (!gauge) throw new Broken('internal', `${device.id} has no place`)
      return {
        pressure_kpa: (at) => gauge.pressure_kpa(at),
        flow_l_s: (at) => gauge.flow_l_s(at),
      }
    },
    observe(device: number, at: EpochMs) {
      let seen = NOTHING
      for (const one of all) {
        const more = one.observe(device, at)
        if (more.length > 0) seen = seen.length === 0 ? more : [...seen, ...more]
      }
      return seen
    },
    observations: (until) =>
      all.flatMap((one) => one.observations(until)).sort((a, b) => a.startedAt - b.startedAt),
  }
}

function spotOf({ id, spot }: SimulatedDevice): Spot {
  if (!spot) throw new Broken('internal', `${id} stands nowhere`)
  return spot
}

// An incident at a part without a device knows the part, not what flows there.
function mediaOf({ city }: Setting): (incident: Incident) => Medium | null {
  let bare: ReadonlyMap<string, Medium | null> | undefined
  return ({ devices, part }) => {
    const [device] = devices
    if (device) return device.medium
    bare ??= new Map(
      city.unwatched.flatMap(({ part, medium }) => (part ? [[part.id, medium]] : [])),
    )
    return (part && bare.get(part.id)) ?? null
  }
}
