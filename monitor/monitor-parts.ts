import type { DurationMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { CityInForce, RuleInForce } from './plans.ts'
import type { Devices, History, Ledger, Surroundings } from './ports.ts'
import type { Wait } from './retry.ts'

/** What the rules have counted and measured. */
type RuleMetric =
  | 'rulesInForce'
  | 'rulesWarm'
  | 'episodesOpen'
  | 'devicesRemembered'
  | 'silencesOpened'
  | 'lateRefolds'
  | 'windowBytes'
  | 'windowsReread'
  | 'recallSeconds'

/** Rules, and what of the city they are given but for its presence, which the monitor keeps. */
export interface RulesInForce {
  readonly rules: readonly RuleInForce[]
  readonly city: Omit<CityInForce, 'presence'>
}

export interface MonitorParts {
  readonly inForce: RulesInForce
  readonly ledger: Ledger
  readonly history: History
  readonly devices: Devices
  readonly surroundings: Surroundings
  readonly city: { readonly district: string }
  /** After a time in which Wanmi did not listen, devices have so long to come back. */
  readonly silenceGrace: DurationMs
  /** What the windows of all devices may take in memory; of more they are read again. */
  readonly windowsMaxBytes: number
  /** Something that came waits before it gets here: until it is through nobody is found silent. */
  readonly isBehind?: () => boolean
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'commitFailures' | 'casesOpened' | RuleMetric>
  /** How to wait between two tries; tests do not. */
  readonly wait?: Wait
}
