import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import type { Sample } from '#rules/fold.ts'

/** What of each reading a backtest looks at. */
export interface WantedColumns {
  readonly kind: string
  /** Indexes of channels. */
  readonly channels: readonly number[]
  /** And when it came. */
  readonly arrival: boolean
}

/** Stored readings, as a backtest needs them. */
export interface Archive {
  /** The readings of a span, in slices of time. */
  slices(
    query: WantedColumns & {
      readonly from: EpochMs
      readonly to: EpochMs
      /** Null: of every device. */
      readonly devices: readonly string[] | null
      /** Only readings with any of these channels; null: all. */
      readonly having: readonly number[] | null
      readonly signal: AbortSignal
    },
  ): AsyncIterable<{
    readonly until: EpochMs
    readonly byDevice: ReadonlyMap<string, readonly Sample[]>
  }>
  /**
   * The newest `limit` readings of each device before an instant, ascending; of these only those
   * with any of the channels in `having`, the first and the last.
   */
  before(
    query: WantedColumns & {
      readonly devices: readonly string[]
      readonly before: EpochMs
      readonly since: EpochMs | null
      readonly limit: number | null
      readonly having: readonly number[] | null
    },
  ): Promise<ReadonlyMap<string, { readonly readings: readonly Sample[]; readonly whole: boolean }>>
  /** What a rule found at devices, without groups, open or cleared at `from` or later, by start. */
  episodes(ruleId: string, devices: readonly string[], from: EpochMs): Promise<readonly Episode[]>
}
