import type { RecordableHistogram } from 'node:perf_hooks'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import type { LiveShard, ShardProgress } from './live-shard.ts'
import type { Departure } from './virtual-clock.ts'

/** A shard of a live run, wherever it runs. What fails there rejects what is asked of it. */
export interface ShardParty {
  readonly lags: RecordableHistogram
  /** Of late. */
  progress(): ShardProgress
  connect(): Promise<void>
  depart(departure: Departure): Promise<void>
  stop(): void
  end(grace: DurationMs): Promise<void>
  counts(until: EpochMs): Promise<Float64Array>
  truth(until: EpochMs, others: readonly Float64Array[]): Promise<readonly TruthLine[]>
  close(): Promise<void>
}

/** One in this very thread. */
export const partyHere = (shard: LiveShard): ShardParty => ({
  lags: shard.lags,
  progress: () => shard.progress(),
  connect: async () => shard.connect(),
  depart: (departure) => shard.depart(departure),
  stop: () => shard.stop(),
  end: (grace) => shard.end(grace),
  counts: async (until) => shard.counts(until),
  truth: async (until, others) => shard.truth(until, others),
  close: async () => undefined,
})
