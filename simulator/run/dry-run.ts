import { setImmediate as nextTurn } from 'node:timers/promises'
import { Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import type { Tally } from './act-lines.ts'
import { mergeSlices } from './merge-slices.ts'
import type { RunOrder } from './run-plan.ts'
import { WHOLE } from './shard.ts'
import { ShardRun, type ShardSlice } from './shard-run.ts'
import { ShardThread, type ShardWork } from './shard-thread.ts'

export interface DryRunOptions {
  readonly order: RunOrder
  /** How many threads share the devices; one does without a thread of its own. */
  readonly workers: number
  /** Takes whole lines, in their order, and may keep them. Nothing more comes until it is done. */
  readonly write: (chunk: Buffer) => void | Promise<void>
  /** Ends the run at the next instant that all workers have reached. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: DryRunProgress) => void
}

export interface DryRunProgress extends Tally {
  readonly bytes: number
  /** Everything before it has been written. */
  readonly until: EpochMs
}

export interface DryRunResult extends Tally {
  readonly bytes: number
  /** Of the time whose lines were written. */
  readonly truth: readonly TruthLine[]
}

/** Slices that each worker may be ahead of what is written. */
const AHEAD = 3

/**
 * Runs a scenario against no clock and no broker: every act becomes a line, as fast as they can be
 * made. The bytes depend on the order alone, not on the number of workers.
 *
 * @throws what the order is refused with; what fails in a worker; what `write` throws.
 */
export async function dryRun(options: DryRunOptions): Promise<DryRunResult> {
  const { order, workers, write, signal, onProgress } = options
  if (!Number.isInteger(workers) || workers < 1) {
    throw new Rejected('invalid-input', 'the number of workers must be a whole number from 1')
  }
  const shards = shardsOf(order, workers)
  let done = { messages: 0, readings: 0, lost: 0, bytes: 0 }
  try {
    for await (const slices of slicesOf(shards, signal)) {
      const chunk = mergeSlices(slices)
      if (chunk.length > 0) await write(chunk)
      done = { ...slices.reduce(plus, done), bytes: done.bytes + chunk.length }
      const [{ until }] = slices as [ShardSlice]
      onProgress?.({ ...done, until })
    }
    const [first, ...others] = shards as [ShardWork, ...ShardWork[]]
    const counts = await Promise.all(others.map((shard) => shard.counts()))
    return { ...done, truth: await first.truth(counts) }
  } finally {
    await Promise.all(shards.map((shard) => shard.close()))
  }
}

type Sum = Tally & { readonly bytes: number }

const plus = (sum: Sum, { tally }: ShardSlice): Sum => ({
  messages: sum.messages + tally.messages,
  readings: sum.readings + tally.readings,
  lost: sum.lost + tally.lost,
  bytes: sum.bytes,
})

function shardsOf(order: RunOrder, workers: number): readonly ShardWork[] {
  if (workers === 1) return [shardHere(order)]
  return Array.from(
    { length: workers },
    (_, index) => new ShardThread({ order, shard: { index, of: workers } }),
  )
}

/** The slices of all shards, span by span, until the run is over or told to end. */
async function* slicesOf(
  shards: readonly ShardWork[],
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ShardSlice[]> {
  const asked: Promise<readonly ShardSlice[]>[] = []
  // All shards are always asked for as many slices, so that they stop at the same instant.
  const ask = (spent?: readonly ShardSlice[]): void => {
    if (signal?.aborted) return
    const slices = Promise.all(shards.map((shard, index) => shard.slice(spent?.[index])))
    // It is waited for below; by then it may have failed long ago.
    slices.catch(() => undefined)
    asked.push(slices)
  }
  for (let ahead = 0; ahead < AHEAD; ahead += 1) ask()
  for (let next = asked.shift(); next; next = asked.shift()) {
    const slices = await next
    yield slices
    if (!slices.some(({ last }) => last)) ask(slices)
  }
}

/** All devices, worked on in this very thread, which can be told to end in between. */
function shardHere(order: RunOrder): ShardWork {
  let made: ShardRun | undefined
  const run = async (): Promise<ShardRun> => {
    await nextTurn()
    made ??= new ShardRun(order, WHOLE)
    return made
  }
  return {
    slice: async (spent) => (await run()).next(spent),
    counts: async () => (await run()).counts(),
    truth: async (others) => (await run()).truth(others),
    close: async () => undefined,
  }
}
