import { type EpochMs, epochMs } from '#model/time.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import { NOTHING } from '#simulator/truth/observation.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { RecordedReading } from './recorded-readings.ts'

/**
 * The readings of a recording as what devices mean to send. Time does not run backwards: a reading
 * that is older than one before it is sent a millisecond after that one. (Not at the same instant:
 * a file with the newest first would be one single instant, which the network holds in memory.)
 *
 * @param devices by their ids; a reading of a device that is not among them is left out
 */
export async function* recordedEmissions(
  readings: AsyncIterable<RecordedReading>,
  devices: ReadonlyMap<string, SimulatedDevice>,
): AsyncGenerator<Emission> {
  let latest = Number.NEGATIVE_INFINITY
  for await (const { device: id, measuredAt, seq, values } of readings) {
    const device = devices.get(id)
    if (!device) continue
    latest = measuredAt < latest ? latest + 1 : measuredAt
    const payload = payloadOf(measuredAt, seq, values)
    yield { at: epochMs(latest), device, payload, shows: NOTHING }
  }
}

const payloadOf = (measuredAt: EpochMs, seq: number, values: RecordedReading['values']): Buffer =>
  Buffer.from(JSON.stringify({ measuredAt, ...(seq > 0 ? { seq } : {}), ...values }))
