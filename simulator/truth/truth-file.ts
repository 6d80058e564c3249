import type { Bilingual } from '#model/text.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { CAUSE_FACTS } from '#simulator/incidents/causes.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { RunPlan } from '#simulator/run/run-plan.ts'
import type { Observation } from './observation.ts'

/** The first line of a truth file. */
export interface TrueRun {
  readonly type: 'run'
  readonly scenario: string
  readonly seed: string
  readonly citySeed: string
  readonly devices: number
  readonly startedAt: string
  /** When the run ended, or was ended. */
  readonly endedAt: string
  readonly speed: number | null
}

/** Something that truly went wrong, with what could be seen of it. */
export interface TrueIncident {
  readonly type: 'incident'
  readonly id: string
  readonly cause: string
  readonly title: Bilingual
  readonly deviceIds: readonly string[]
  readonly partId: string | null
  readonly gridCode: string | null
  readonly startedAt: string
  /** Null for what had not ended when the run did. */
  readonly endedAt: string | null
  readonly strength: number
  readonly phenomena: readonly TruePhenomenon[]
}

export interface TruePhenomenon {
  readonly phenomenon: string
  readonly deviceId: string | null
  readonly partId: string | null
  readonly startedAt: string
  readonly endedAt: string | null
  /** Readings taken while it was so, of them sent, of them never to be sent. */
  readonly measured: number
  readonly sent: number
  readonly lost: number
  /** Why nobody could see it; null when somebody could. */
  readonly unseen: 'no-device' | 'asleep' | null
}

/** A device that did not say what was. */
export interface TrueFault {
  readonly type: 'fault'
  readonly deviceId: string
  readonly fault: string
  readonly startedAt: string
  readonly endedAt: string | null
}

export type TruthLine = TrueRun | TrueIncident | TrueFault

/**
 * The lines of a truth file, up to `until`: the run, every incident that had begun, then every
 * fault that had.
 */
export function* truthLines(
  plan: RunPlan,
  observations: readonly Observation[],
  until: EpochMs,
  faults: Iterable<FaultOf> = [],
): Generator<TruthLine> {
  const { scenario, city, startedAt } = plan
  yield {
    type: 'run',
    scenario: scenario.id,
    seed: scenario.seed,
    citySeed: city.seed,
    devices: city.devices.length,
    startedAt: formatInstant(startedAt),
    endedAt: formatInstant(until),
    speed: scenario.speed,
  }
  const seen = Map.groupBy(observations, ({ incidentId }) => incidentId)
  for (const incident of plan.incidents) {
    if (incident.startedAt <= until)
      yield incidentLine(incident, seen.get(incident.id) ?? [], until)
  }
  for (const fault of faults) if (fault.startedAt <= until) yield faultLine(fault, until)
}

/** What is wrong with one device from one instant to another. */
export interface FaultOf {
  readonly deviceId: string
  readonly fault: string
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs
}

const faultLine = (
  { deviceId, fault, startedAt, endedAt }: FaultOf,
  until: EpochMs,
): TrueFault => ({
  type: 'fault',
  deviceId,
  fault,
  startedAt: formatInstant(startedAt),
  endedAt: endedAt <= until ? formatInstant(endedAt) : null,
})

function incidentLine(
  incident: Incident,
  observations: readonly Observation[],
  until: EpochMs,
): TrueIncident {
  const { id, cause, devices, part, spot, startedAt, endedAt, strength } = incident
  return {
    type: 'incident',
    id,
    cause,
    title: CAUSE_FACTS[cause].title,
    deviceIds: devices.map((device) => device.id),
    partId: part?.id ?? null,
    gridCode: spot?.gridCode ?? null,
    startedAt: formatInstant(startedAt),
    endedAt: endedAt <= until ? formatInstant(endedAt) : null,
    strength,
    phenomena: observations.map(phenomenonOf),
  }
}

const phenomenonOf = (seen: Observation): TruePhenomenon => ({
  phenomenon: seen.phenomenon,
  deviceId: seen.deviceId,
  partId: seen.partId,
  startedAt: formatInstant(seen.startedAt),
  endedAt: seen.endedAt === null ? null : formatInstant(seen.endedAt),
  measured: seen.measured,
  sent: seen.sent,
  lost: seen.lost,
  unseen: seen.deviceId === null ? 'no-device' : seen.measured === 0 ? 'asleep' : null,
})
