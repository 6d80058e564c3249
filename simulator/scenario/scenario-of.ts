import { KINDS } from '#model/kinds.ts'
import {
  type DurationMs,
  type EpochMs,
  milliseconds,
  parseDuration,
  parseInstant,
} from '#model/time.ts'
import type { Distribution } from '#simulator/random/distribution.ts'
import { USUAL_MIX } from '#simulator/world/fleet-mix.ts'
import type { NetworkFaults, Scenario, SensorFaults, Timely } from './scenario.ts'
import type { ScenarioDocument } from './scenario-document.ts'

const USUAL_START = parseInstant('2026-06-10T08:00:00+08:00') as EpochMs
const USUAL_WEATHER = { low_celsius: -2, high_celsius: 10 } as const
const USUAL_WINDOW = 20

/** Fills in what a checked document leaves out. */
export function scenarioOf(document: ScenarioDocument): Scenario {
  const { id, title, seed = '1', fleet, weather, incidents } = document
  const { speed = 1 } = document
  return {
    id,
    title,
    seed,
    city: { seed: document.city?.seed ?? seed, from: document.city?.from ?? 'seed' },
    fleet: {
      devices: fleet.devices,
      mix: numbers(fleet.mix) ?? USUAL_MIX,
      interval: Object.fromEntries(
        KINDS.map(({ name, reportingInterval }) => [
          name,
          spanOr(fleet.interval?.[name]) ?? reportingInterval,
        ]),
      ),
      rate: fleet.rate ?? null,
      qos: fleet.qos ?? 1,
      window: fleet.window ?? USUAL_WINDOW,
      byChange: fleet.byChange ?? false,
      unwatched: fleet.unwatched ?? 0,
    },
    start: document.start === undefined ? USUAL_START : (parseInstant(document.start) as EpochMs),
    day: document.day ?? 'workday',
    duration: span(document.duration),
    speed: speed === 'max' ? null : speed,
    weather: {
      ...USUAL_WEATHER,
      ...weather,
      rain: (weather?.rain ?? []).map((rain) => ({
        ...rain,
        at: span(rain.at),
        lasts: span(rain.lasts),
      })),
    },
    incidents: {
      scheduled: (incidents?.scheduled ?? []).map((one) => ({
        cause: one.cause,
        at: span(one.at),
        lasts: spanOr(one.lasts) ?? null,
        strength: one.strength ?? null,
        count: one.count ?? 1,
        device: one.device ?? null,
        unwatched: one.unwatched ?? false,
      })),
      random: incidents?.random
        ? {
            every: draw(incidents.random.every),
            causes: incidents.random.causes,
            lasts: incidents.random.lasts ? draw(incidents.random.lasts) : null,
            each: incidents.random.each ?? false,
          }
        : null,
    },
    sensors: sensorsOf(document.sensors ?? {}),
    network: networkOf(document.network ?? {}),
  }
}

type Drawn = NonNullable<NonNullable<ScenarioDocument['network']>['delay']>

const span = (text: string): DurationMs => parseDuration(text) ?? milliseconds(0)
const spanOr = (text: string | undefined): DurationMs | undefined =>
  text === undefined ? undefined : span(text)

function draw(drawn: Drawn): Distribution {
  if ('constant' in drawn) return { constant: span(drawn.constant) }
  if ('uniform' in drawn) return { uniform: [span(drawn.uniform[0]), span(drawn.uniform[1])] }
  if ('exponential' in drawn) return { exponential: span(drawn.exponential) }
  return { lognormal: { median: span(drawn.lognormal.median), spread: drawn.lognormal.spread } }
}

const timely = (fault: { share: number; every: Drawn; lasts: Drawn } | undefined): Timely | null =>
  fault ? { share: fault.share, every: draw(fault.every), lasts: draw(fault.lasts) } : null

const numbers = (
  shares: Readonly<Record<string, number | undefined>> | undefined,
): Record<string, number> | undefined =>
  shares &&
  Object.fromEntries(Object.entries(shares).flatMap(([kind, n]) => (n ? [[kind, n]] : [])))

const sensorsOf = (faults: NonNullable<ScenarioDocument['sensors']>): SensorFaults => ({
  bias: faults.bias ?? null,
  drift: faults.drift ?? null,
  stuck: timely(faults.stuck),
  spikes: faults.spikes ?? null,
  flatBattery: faults.flatBattery ?? null,
  fix: {
    error_m: faults.fix?.error_m ?? null,
    dropout: timely(faults.fix?.dropout),
    jump: faults.fix?.jump ?? null,
    shifted: faults.fix?.shifted ?? null,
  },
  clock: {
    drift: faults.clock?.drift ?? null,
    reset: timely(faults.clock?.reset),
    zone: faults.clock?.zone ?? null,
  },
})

const networkOf = (faults: NonNullable<ScenarioDocument['network']>): NetworkFaults => ({
  loss: faults.loss ?? 0,
  delay: faults.delay ? draw(faults.delay) : null,
  duplicate: faults.duplicate ?? 0,
  reorder: faults.reorder ? { ...faults.reorder, by: draw(faults.reorder.by) } : null,
  outages: (faults.outages ?? []).map((outage) => ({
    share: outage.share,
    at: spanOr(outage.at) ?? null,
    every: outage.every ? draw(outage.every) : null,
    lasts: draw(outage.lasts),
    around: outage.around ?? 'anywhere',
    flush: outage.flush ?? 'in-order',
    array: outage.array ?? 1,
  })),
  storms: (faults.storms ?? []).map((storm) => ({ ...storm, at: span(storm.at) })),
  halfOpen: faults.halfOpen
    ? { share: faults.halfOpen.share, every: draw(faults.halfOpen.every) }
    : null,
  clones: (faults.clones ?? []).map(trouble),
  malformed: faults.malformed ?? 0,
  oversize: faults.oversize ?? 0,
  floods: (faults.floods ?? []).map((flood) => ({ ...flood, ...trouble(flood) })),
})

const trouble = ({ at, lasts, devices }: { at: string; lasts: string; devices: number }) => ({
  at: span(at),
  lasts: span(lasts),
  devices,
})
