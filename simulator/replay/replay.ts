import type { EpochMs } from '#model/time.ts'
import { seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import { fraction, splitRandom } from '#simulator/random/random.ts'
import type { Credentials } from '#simulator/transport/connection.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import { withMotion } from './motion.ts'
import { PacedPublisher } from './paced-publisher.ts'
import { noReadings, type RecordedReading, recordedReadings } from './recorded-readings.ts'
import type { RecordingSource } from './recording-source.ts'
import { inTime, shiftToNow, type Timing } from './timed-readings.ts'

export interface ReplayOptions extends Timing {
  readonly source: RecordingSource
  readonly device: Credentials
  readonly endpoint: Endpoint
  /** Whether speed and heading are worked out from fix to fix where the recording has none. */
  readonly motion: boolean
  readonly qos: 0 | 1
  /** Most messages in flight. */
  readonly window: number
  /** Readings in one message; 1 sends objects, more sends arrays. */
  readonly array: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ReplayProgress) => void
}

export interface ReplayProgress {
  /** Of the file as it lies on the disk. */
  readonly size_bytes: number
  readonly read_bytes: number
  readonly rows: number
  /** Rows that differ in time or values from all before them: what the service should store. */
  readonly distinct: number
  readonly repeated: number
  /** By reason. */
  readonly skipped: Readonly<Record<string, number>>
  readonly messages: number
  /** Readings, repeated ones included. */
  readonly published: number
  readonly acknowledged: number
  readonly messagesResent: number
}

const DRAIN = seconds(30)

/**
 * Publishes a recording as one device.
 *
 * @throws Rejected('invalid-input') when the file is at fault; what {@link PacedPublisher} throws
 *   when the broker is.
 */
export async function replay(options: ReplayOptions): Promise<ReplayProgress> {
  const { source, device, endpoint, window, qos, array, clock, signal, speed, zone } = options
  const shift = await shiftToNow(source.rows(), options, clock.now())
  const random = splitRandom(device.id, 'replay')
  const publisher = new PacedPublisher(device, { endpoint, window, random: () => fraction(random) })
  const counts = noReadings()
  let readBytes = 0
  const rows = source.rows((bytes) => {
    readBytes = bytes
  })
  const progress = (): ReplayProgress => ({
    size_bytes: source.size,
    read_bytes: readBytes,
    rows: counts.rows,
    distinct: counts.distinct,
    repeated: counts.repeated,
    skipped: Object.fromEntries(counts.skipped),
    messages: publisher.counts.messages,
    published: publisher.counts.published,
    acknowledged: publisher.counts.acknowledged,
    messagesResent: publisher.counts.resent,
  })
  try {
    await publisher.connect()
    const recorded = recordedReadings(rows, { zone, mappings: source.mappings, shift }, counts)
    const moving = options.motion ? withMotion(recorded) : recorded
    const timed = speed === null ? moving : inTime(moving, speed, clock, signal)
    for await (const bundle of bundles(timed, array)) {
      const messages = bundle.map(messageOf)
      const payload = JSON.stringify(array === 1 ? messages[0] : messages)
      await publisher.publish(telemetryTopic(device.id), payload, qos, bundle.length)
      options.onProgress?.(progress())
      if (signal.aborted) break
    }
  } finally {
    await publisher.end(DRAIN)
  }
  return progress()
}

async function* bundles(
  readings: AsyncIterable<RecordedReading>,
  size: number,
): AsyncGenerator<readonly RecordedReading[]> {
  let bundle: RecordedReading[] = []
  for await (const reading of readings) {
    bundle.push(reading)
    if (bundle.length < size) continue
    yield bundle
    bundle = []
  }
  if (bundle.length > 0) yield bundle
}

interface TelemetryMessage {
  readonly measuredAt: EpochMs
  readonly seq?: number
  readonly [channel: string]: unknown
}

const messageOf = ({ measuredAt, seq, values }: RecordedReading): TelemetryMessage => ({
  measuredAt,
  ...(seq > 0 ? { seq } : {}),
  ...values,
})
