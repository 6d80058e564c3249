import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import { byDevice, type Incident } from '#simulator/incidents/incident.ts'
import { between, type Random, splitRandom } from '#simulator/random/random.ts'
import { equip } from '#simulator/sensors/equip.ts'
import type { Sensor } from '#simulator/sensors/measured.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { DueHeap } from './due-heap.ts'

/** One message that a device means to send. */
export interface Emission {
  readonly at: EpochMs
  readonly device: SimulatedDevice
  /** JSON, `measuredAt` in epoch milliseconds. */
  readonly payload: string
}

export interface StreamOptions {
  readonly startedAt: EpochMs
  /** Nothing is emitted at or after it. */
  readonly endedAt: EpochMs
  readonly interval: (kind: string) => DurationMs
}

interface Sender {
  readonly device: SimulatedDevice
  readonly interval: DurationMs
  readonly timing: Random
  readonly sensor: Sensor
}

const JITTER = 0.05

/**
 * Everything the fleet measures, in the order of time, made as it is asked for: the clock is the
 * reader's. The same city, incidents and options give the same bytes in the same order.
 */
export function* emissions(
  city: City,
  incidents: readonly Incident[],
  { startedAt, endedAt, interval }: StreamOptions,
): Generator<Emission, void, undefined> {
  const incidentsOf = byDevice(incidents)
  const due = new DueHeap()
  const senders = city.devices.map((device): Sender => {
    const own = interval(device.kind)
    const timing = splitRandom(city.seed, 'timing', device.kind, device.number)
    due.push(device.index, startedAt + Math.floor(between(timing, 0, own)))
    const shift = { startedAt, interval: own }
    return {
      device,
      interval: own,
      timing,
      sensor: equip(city, device, shift, incidentsOf(device)),
    }
  })
  for (let next = due.peek(); next && next.due < endedAt; next = due.peek()) {
    const at = epochMs(next.due)
    const { device, interval, timing, sensor } = senders[next.id] as Sender
    yield { at, device, payload: JSON.stringify({ measuredAt: at, ...sensor(at) }) }
    const pause = interval * between(timing, 1 - JITTER, 1 + JITTER)
    due.reschedule(at + Math.max(1, Math.round(pause)))
  }
}
