import { type DurationMs, parseDuration, parseInstant } from '#model/time.ts'
import { CAUSE_FACTS } from '#simulator/incidents/causes.ts'
import type { ScenarioDocument } from './scenario-document.ts'

const span = (text: string): DurationMs => parseDuration(text) as DurationMs

/** What a scenario of the right form still gets wrong: each a sentence that begins with its path. */
export function scenarioFaults(document: ScenarioDocument): readonly string[] {
  return [
    ...timeFaults(document),
    ...fleetFaults(document),
    ...incidentFaults(document),
    ...drawFaults(document),
  ]
}

function* timeFaults(document: ScenarioDocument): Generator<string> {
  const { start, duration, weather, incidents, network } = document
  if (start !== undefined && parseInstant(start) === undefined) {
    yield 'start is no RFC 3339 instant with a zone, such as 2026-07-14T18:00:00+08:00'
  }
  const end = span(duration)
  if (end === 0) yield 'duration must be more than nothing'
  const moments: readonly (readonly [string, string | undefined])[] = [
    ...(weather?.rain ?? []).map(({ at }, i) => [`weather.rain.${i}.at`, at] as const),
    ...(incidents?.scheduled ?? []).map(
      ({ at }, i) => [`incidents.scheduled.${i}.at`, at] as const,
    ),
    ...(network?.outages ?? []).map(({ at }, i) => [`network.outages.${i}.at`, at] as const),
    ...(network?.storms ?? []).map(({ at }, i) => [`network.storms.${i}.at`, at] as const),
    ...(network?.clones ?? []).map(({ at }, i) => [`network.clones.${i}.at`, at] as const),
    ...(network?.floods ?? []).map(({ at }, i) => [`network.floods.${i}.at`, at] as const),
  ]
  for (const [path, at] of moments) {
    if (at !== undefined && span(at) >= end) {
      yield `${path} is ${at} after the start, when the ${duration} of the scenario are over`
    }
  }
}

function* fleetFaults({ fleet }: ScenarioDocument): Generator<string> {
  if (fleet.rate !== undefined && fleet.interval !== undefined) {
    yield 'fleet.rate and fleet.interval contradict each other: give one of them'
  }
  for (const [kind, interval] of Object.entries(fleet.interval ?? {})) {
    if (interval && span(interval) < 1_000) yield `fleet.interval.${kind} must be 1s or more`
  }
  const shares = Object.values(fleet.mix ?? {})
  if (fleet.mix && !shares.some((share) => (share ?? 0) > 0)) yield 'fleet.mix leaves no device'
}

function* incidentFaults({ incidents, fleet, weather }: ScenarioDocument): Generator<string> {
  const mixed = (kind: string | null): boolean =>
    kind === null || !fleet.mix || (fleet.mix[kind] ?? 0) > 0
  for (const [index, one] of (incidents?.scheduled ?? []).entries()) {
    const path = `incidents.scheduled.${index}`
    const { kind } = CAUSE_FACTS[one.cause]
    if (!mixed(kind)) yield `${path}: ${one.cause} needs a ${kind}, and fleet.mix has none`
    if (one.device && one.unwatched) yield `${path}: a device and unwatched exclude each other`
    if (one.unwatched && !((fleet.unwatched ?? 0) > 0)) {
      yield `${path}: nothing is unwatched; fleet.unwatched says how much should be`
    }
    if (one.device && (one.count ?? 1) > 1)
      yield `${path}: one device cannot be struck several times`
    if (one.cause === 'heavy-rain') yield `${path}: rain is set in weather.rain`
  }
  for (const [index, cause] of (incidents?.random?.causes ?? []).entries()) {
    const { kind } = CAUSE_FACTS[cause]
    const path = `incidents.random.causes.${index}`
    if (!mixed(kind)) yield `${path}: ${cause} needs a ${kind}, and fleet.mix has none`
    if (cause === 'heavy-rain') yield `${path}: rain is set in weather.rain`
  }
  const { low_celsius: low = -2, high_celsius: high = 10 } = weather ?? {}
  if (low > high) yield 'weather.low_celsius is above weather.high_celsius'
}

function* drawFaults(document: ScenarioDocument): Generator<string> {
  for (const [path, value] of everyField(document, '')) {
    if (!path.endsWith('uniform')) continue
    const [from, to] = value as [string, string]
    if (span(from) > span(to)) yield `${path} runs from ${from} down to ${to}`
  }
  for (const [index, { at, every }] of (document.network?.outages ?? []).entries()) {
    if ((at === undefined) === (every === undefined)) {
      yield `network.outages.${index} needs either at or every`
    }
  }
}

function* everyField(value: unknown, path: string): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`
    yield [here, inner]
    yield* everyField(inner, here)
  }
}
