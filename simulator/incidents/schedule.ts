import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import {
  between,
  fraction,
  integerBetween,
  pick,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { CAUSE_FACTS, CAUSES, type Cause } from './causes.ts'
import type { Incident } from './incident.ts'

export interface ScheduleOptions {
  readonly startedAt: EpochMs
  /** No incident begins later than this after the start. */
  readonly duration: DurationMs
  /** How often a device of the kind reports: what lasts long enough to be noticed. */
  readonly interval: (kind: string) => DurationMs
  /** Another text lets other things go wrong in the same city. */
  readonly variation: string
}

// After the first of each sort, one more somewhere in the city about every 45 s.
const PAUSE_S: readonly [number, number] = [20, 70]
// Long enough for every rule to clear and for a truck to be back on its round.
const REST_MS = 300_000
const READINGS_MIN = 6
// A street has an end; a speeding truck cannot go on for as long as it takes to be noticed.
const FIXED_LENGTH: readonly Cause[] = ['truck-speeding', 'load-dropped']

/** What goes wrong in a run, in the order of time. Depends on seed, city and options alone. */
export function scheduleIncidents(city: City, options: ScheduleOptions): readonly Incident[] {
  const random = splitRandom(city.seed, 'incidents', options.variation)
  const candidates = new Map(CAUSES.map((cause) => [cause, devicesFor(city, cause)]))
  const busyUntil = new Map<number, number>()
  const incidents: Incident[] = []
  const last = options.startedAt + options.duration

  const add = (cause: Cause, startedAt: number): void => {
    const facts = CAUSE_FACTS[cause]
    const device = pickFree(random, candidates.get(cause) ?? [], busyUntil, startedAt)
    const lasts = between(random, ...facts.lasts_s) * 1_000
    const strength = fraction(random)
    if (!device || startedAt > last) return
    const least = FIXED_LENGTH.includes(cause) ? 0 : READINGS_MIN * options.interval(facts.kind)
    const endedAt = Math.round(startedAt + Math.max(lasts, least))
    busyUntil.set(device.index, endedAt + REST_MS)
    incidents.push({
      id: `${[city.seed, options.variation].filter(Boolean).join('-')}-${String(incidents.length + 1).padStart(5, '0')}`,
      cause,
      device,
      startedAt: epochMs(startedAt),
      endedAt: epochMs(endedAt),
      strength,
    })
  }

  for (const cause of CAUSES) {
    const after = between(random, ...CAUSE_FACTS[cause].first_s)
    add(cause, Math.round(options.startedAt + after * 1_000))
  }
  let at = options.startedAt + 90_000
  while (at < last) {
    at += Math.round(between(random, ...PAUSE_S) * 1_000)
    add(pick(random, CAUSES), at)
  }
  return incidents.sort((a, b) => a.startedAt - b.startedAt)
}

function devicesFor(city: City, cause: Cause): readonly SimulatedDevice[] {
  const { kind, media } = CAUSE_FACTS[cause]
  return city.devices.filter(
    (device) =>
      device.kind === kind && (media === null || (device.medium && media.includes(device.medium))),
  )
}

const TRIES = 8

function pickFree(
  random: Random,
  devices: readonly SimulatedDevice[],
  busyUntil: ReadonlyMap<number, number>,
  at: number,
): SimulatedDevice | undefined {
  const free = (device: SimulatedDevice): boolean => (busyUntil.get(device.index) ?? 0) <= at
  for (let attempt = 0; attempt < TRIES && devices.length > 0; attempt += 1) {
    const device = devices[integerBetween(random, 0, devices.length - 1)] as SimulatedDevice
    if (free(device)) return device
  }
  return devices.find(free)
}
