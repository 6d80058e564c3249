import type { Part } from '#model/part.ts'
import type { EpochMs } from '#model/time.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Spot } from '#simulator/world/spot.ts'
import type { Cause } from './causes.ts'

/** Something that truly goes wrong, from one instant (included) to another (excluded). */
export interface Incident {
  readonly id: string
  readonly cause: Cause
  /**
   * The devices that it befalls and that are in a position to notice it, the one in its middle
   * first. None where a part without a device is struck, or the whole city.
   */
  readonly devices: readonly SimulatedDevice[]
  readonly part: Part | null
  /** Null for what moves, and for what befalls the whole city. */
  readonly spot: Spot | null
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
  const found = new Map<number, Incident[]>()
  for (const incident of incidents) {
    for (const { index } of incident.devices) {
      const own = found.get(index)
      if (own) own.push(incident)
      else found.set(index, [incident])
    }
  }
  return (device) => {
    const own = found.get(device.index)
    if (!own) return () => NONE
    return (cause) => own.filter((incident) => incident.cause === cause)
  }
}
