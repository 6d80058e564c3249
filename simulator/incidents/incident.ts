import { type EpochMs, formatInstant } from '#model/time.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { CAUSE_FACTS, type Cause } from './causes.ts'

/** Something that truly goes wrong, from one instant (included) to another (excluded). */
export interface Incident {
  readonly id: string
  readonly cause: Cause
  /** The device that is in a position to notice it. */
  readonly device: SimulatedDevice
  readonly startedAt: EpochMs
  /** The same as `startedAt` for what happens in an instant. */
  readonly endedAt: EpochMs
  /** How bad, 0 to 1. */
  readonly strength: number
}

/** The incidents of one device and cause, in the order of time. */
export type IncidentsOf = (cause: Cause) => readonly Incident[]

const NONE: readonly Incident[] = []

/** Looks incidents up by the device they befall. */
export function byDevice(incidents: readonly Incident[]): (device: SimulatedDevice) => IncidentsOf {
  const found = Map.groupBy(incidents, ({ device }) => device.index)
  return (device) => {
    const own = found.get(device.index)
    if (!own) return () => NONE
    return (cause) => own.filter((incident) => incident.cause === cause)
  }
}

/** What a truth file is about. */
export interface TrueRun {
  readonly variation: string
  readonly incidents: readonly Incident[]
  readonly startedAt: EpochMs
}

/** Lines of a truth file: what the run was, then every incident that had begun by `until`. */
export function* truthLines(
  city: City,
  { variation, incidents, startedAt }: TrueRun,
  until: EpochMs,
): Generator<string> {
  yield JSON.stringify({
    type: 'run',
    seed: city.seed,
    variation,
    devices: city.devices.length,
    startedAt: formatInstant(startedAt),
    endedAt: formatInstant(until),
  })
  for (const incident of incidents) {
    if (incident.startedAt <= until) yield JSON.stringify(truthRecord(incident, until))
  }
}

function truthRecord({ id, cause, device, startedAt, endedAt }: Incident, until: EpochMs) {
  return {
    type: 'incident',
    id,
    cause,
    title: CAUSE_FACTS[cause].title,
    deviceId: device.id,
    kind: device.kind,
    partId: device.part?.id ?? null,
    gridCode: device.spot?.gridCode ?? null,
    startedAt: formatInstant(startedAt),
    /** Null for what had not ended when the run did. */
    endedAt: endedAt <= until ? formatInstant(endedAt) : null,
  }
}
