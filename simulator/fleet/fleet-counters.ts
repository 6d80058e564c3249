import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** What a fleet has done so far. */
export interface FleetCounters {
  readonly devices: number
  readonly connected: number
  /** Turned away for good by the broker. */
  readonly refused: number
  /** Broken ones, and attempts that failed. */
  readonly connectionsLost: number
  /** Messages with readings, also those that are sent again on purpose. */
  readonly published: number
  /** Of them. At QoS 0: given to the connection. */
  readonly acknowledged: number
  /** Readings in what was published, each once. */
  readonly readings: number
  /** Readings that the network has lost. */
  readonly lost: number
  /** Messages that are no readings. */
  readonly noise: number
  /** Sent again after a lost connection. */
  readonly resent: number
  readonly commandsAnswered: number
  /** From when a message was due to its acknowledgement, of late. */
  readonly lag_ms: number
  readonly lagP50_ms: number
  readonly lagP99_ms: number
}

/** Of several fleets together. */
export function sumOf(
  counters: readonly FleetCounters[],
  lags: readonly RecordableHistogram[],
): FleetCounters {
  const sum = (name: keyof FleetCounters): number =>
    counters.reduce((total, one) => total + one[name], 0)
  const all = createHistogram()
  for (const own of lags) if (own.count > 0) all.add(own)
  const acknowledged = sum('acknowledged')
  const weighted = counters.reduce((total, one) => total + one.lag_ms * one.acknowledged, 0)
  return {
    devices: sum('devices'),
    connected: sum('connected'),
    refused: sum('refused'),
    connectionsLost: sum('connectionsLost'),
    published: sum('published'),
    acknowledged,
    readings: sum('readings'),
    lost: sum('lost'),
    noise: sum('noise'),
    resent: sum('resent'),
    commandsAnswered: sum('commandsAnswered'),
    lag_ms: acknowledged > 0 ? Math.round(weighted / acknowledged) : 0,
    lagP50_ms: all.count > 0 ? all.percentile(50) : 0,
    lagP99_ms: all.count > 0 ? all.percentile(99) : 0,
  }
}
