import { type EpochMs, epochMs } from '#model/time.ts'
import {
  NOTHING,
  type Observation,
  type Observer,
  observation,
} from '#simulator/truth/observation.ts'
import { CAUSE_FACTS } from './causes.ts'
import type { Incident } from './incident.ts'

// What happens in an instant is looked for in the readings of the minutes after it.
const INSTANT_ECHO_MS = 300_000

/** Sees what is so at a device for exactly as long as its cause, and what befalls parts without one. */
export function incidentObserver(incidents: readonly Incident[]): Observer {
  const all = incidents.flatMap(seenOf)
  const byDevice = new Map<number, Seen[]>()
  for (const seen of all) {
    if (seen.deviceIndex === null) continue
    const own = byDevice.get(seen.deviceIndex)
    if (own) own.push(seen)
    else byDevice.set(seen.deviceIndex, [seen])
  }
  return {
    observe(deviceIndex, at) {
      const own = byDevice.get(deviceIndex)
      if (!own) return NOTHING
      const now = own.filter(({ from, until }) => at >= from && at < until)
      for (const seen of now) if (seen.once) seen.until = at + 1
      return now.length === 0 ? NOTHING : now.map(({ what }) => what)
    },
    observations(until) {
      return all
        .filter(({ from }) => from <= until)
        .map(({ what, endedAt }) => {
          what.endedAt = endedAt <= until ? endedAt : null
          return what
        })
    },
  }
}

interface Seen {
  readonly deviceIndex: number | null
  readonly what: Observation
  readonly from: number
  until: number
  readonly once: boolean
  readonly endedAt: EpochMs
}

function seenOf(incident: Incident): Seen[] {
  const { startedAt, endedAt, devices, part, cause } = incident
  const once = startedAt === endedAt
  const at = devices.length === 0 && part ? [null] : devices
  return CAUSE_FACTS[cause].phenomena.flatMap((phenomenon) =>
    at.map((device) => ({
      deviceIndex: device?.index ?? null,
      from: startedAt,
      until: once ? endedAt + INSTANT_ECHO_MS : endedAt,
      once,
      endedAt: epochMs(endedAt),
      what: observation({
        phenomenon,
        incidentId: incident.id,
        deviceId: device?.id ?? null,
        partId: device ? (device.part?.id ?? null) : (part?.id ?? null),
        startedAt,
        endedAt: null,
      }),
    })),
  )
}
