import { type EpochMs, epochMs, plus, seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { Network } from '#simulator/network/network.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { CLEAR_NETWORK, type NetworkPlan } from './load-network.ts'
import { withMotion } from './motion.ts'
import { Pace } from './pace.ts'
import { inArrays, recordedActs } from './recorded-acts.ts'
import { recordedDevice } from './recorded-device.ts'
import { recordedEmissions } from './recorded-emissions.ts'
import { RecordedFleet } from './recorded-fleet.ts'
import { noReadings, recordedReadings } from './recorded-readings.ts'
import type { RecordingSource } from './recording-source.ts'
import { type Shift, shiftOf } from './shift-of.ts'
import type { RecordingSurvey } from './survey-recording.ts'

export interface ReplayOptions {
  readonly source: RecordingSource
  /** Of the same source. */
  readonly survey: RecordingSurvey
  /** The devices of the survey, with their secrets. */
  readonly devices: readonly { readonly id: string; readonly secret: string }[]
  readonly endpoint: Endpoint
  readonly shift: Shift
  /** How many times as fast as it was recorded; null is as fast as it is acknowledged. */
  readonly speed: number | null
  /** What the network does on top; null lets everything through. */
  readonly network: NetworkPlan | null
  readonly qos: 0 | 1
  /** Most messages of one device in flight. */
  readonly window: number
  /** Readings in one message; 1 sends objects, more sends arrays. */
  readonly array: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called for each message; asking for the progress costs something. */
  readonly onProgress?: (progress: () => ReplayProgress) => void
}

export interface ReplayProgress {
  /** Of the file as it lies on the disk. */
  readonly size_bytes: number
  readonly read_bytes: number
  readonly devices: number
  readonly rows: number
  /**
   * Rows that differ in device, time or values from all before them: what the service should
   * store, as far as the network loses nothing.
   */
  readonly distinct: number
  readonly repeated: number
  /** By reason. */
  readonly skipped: Readonly<Record<string, number>>
  readonly messages: number
  /** Readings, repeated ones and those sent again by the network included. */
  readonly published: number
  readonly acknowledged: number
  readonly messagesResent: number
  /** Readings the network took. */
  readonly lost: number
  /** Messages the network added that are no readings. */
  readonly noise: number
}

const DRAIN = seconds(30)

/**
 * Publishes a recording as the devices it names.
 *
 * @throws Rejected('invalid-input') when the file is at fault; what {@link RecordedFleet} throws
 *   when the broker is.
 */
export async function replay(options: ReplayOptions): Promise<ReplayProgress> {
  const { source, survey, speed, array, clock, signal } = options
  const devices = options.devices.map((one, index) => recordedDevice(source.kind.name, one, index))
  const shift = shiftOf(options.shift, survey, speed, clock.now())
  const pace = speed === null ? null : new Pace(speed, clock)
  const dueAt = (at: EpochMs): EpochMs | null => pace?.dueAt(at) ?? null
  const fleet = new RecordedFleet({ ...options, devices, dueAt })
  const counts = noReadings()
  let readBytes = 0
  const rows = source.rows((bytes) => {
    readBytes = bytes
  })
  const progress = (): ReplayProgress => ({
    size_bytes: source.size,
    read_bytes: readBytes,
    devices: devices.length,
    rows: counts.rows,
    distinct: counts.distinct,
    repeated: counts.repeated,
    skipped: Object.fromEntries(counts.skipped),
    ...fleet.counters(),
  })
  try {
    await fleet.connect()
    const recorded = recordedReadings(rows, source, shift, counts)
    const readings = source.motion ? withMotion(recorded) : recorded
    const byId = new Map(devices.map((device) => [device.id, device]))
    const network = networkOf(options, devices, shiftedSpan(survey, shift))
    const acts = recordedActs(recordedEmissions(readings, byId), network)
    const timed = pace ? pace.hold(acts, signal) : acts
    for await (const act of array === 1 ? timed : inArrays(timed, array)) {
      if (signal.aborted) break
      await fleet.perform(act)
      options.onProgress?.(progress)
    }
  } finally {
    await fleet.end(DRAIN)
  }
  return progress()
}

type Span = Readonly<Record<'startedAt' | 'endedAt', EpochMs>>

/** Each reading that is out of order may put the end off by a millisecond. */
function shiftedSpan(
  { firstAt, newestAt, readings }: RecordingSurvey,
  shift: ReturnType<typeof shiftOf>,
): Span {
  const startedAt = plus(firstAt ?? epochMs(0), shift)
  return { startedAt, endedAt: epochMs((newestAt ?? 0) + shift + readings) }
}

function networkOf(
  { network, survey }: ReplayOptions,
  devices: readonly SimulatedDevice[],
  { startedAt, endedAt }: Span,
): Network {
  const { network: faults, seed } = network ?? { network: CLEAR_NETWORK, seed: '1' }
  // Whoever reports under the same ids has the same fate, whatever else the recording holds.
  const citySeed = survey.devices[0]?.id ?? ''
  return new Network(faults, { seed, citySeed, startedAt, endedAt, devices }, WHOLE)
}
