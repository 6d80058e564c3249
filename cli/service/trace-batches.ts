import type { Batch, CommitOutcome } from '#model/commit.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Ledger } from '#monitor/ports.ts'
import { type Span, type Tracer, traced } from '#runtime/trace/tracer.ts'
import { sizesOf } from './tell-commits.ts'

interface Sink {
  process(batch: Batch): Promise<CommitOutcome>
}

/**
 * The way of a batch as spans: `batch`, from the oldest of its messages on, and in it `receive and
 * decode`, `fold` and `commit`. One batch is folded at a time. Without a tracer nothing is put in
 * between.
 */
export class BatchTrace {
  readonly #tracer: Tracer
  #fold: Span | undefined

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  sink(sink: Sink): Sink {
    if (!this.#tracer.isOn) return sink
    return { process: (batch) => this.#process(sink, batch) }
  }

  ledger(ledger: Ledger): Ledger {
    if (!this.#tracer.isOn) return ledger
    return {
      get lastNumber() {
        return ledger.lastNumber
      },
      commit: async (commit) => {
        this.#fold?.end()
        this.#fold = undefined
        const sizes = Object.entries(sizesOf(commit)).map(([name, n]) => [`wanmi.${name}`, n])
        const attributes = {
          'wanmi.commit': commit.number,
          ...(Object.fromEntries(sizes) as Record<string, number>),
        }
        return await traced(this.#tracer, 'commit', { attributes }, () => ledger.commit(commit))
      },
    }
  }

  #process(sink: Sink, batch: Batch): Promise<CommitOutcome> {
    const startedAt = receivedAtOf(batch)
    return traced(this.#tracer, 'batch', { kind: 'consumer', startedAt }, () => {
      this.#tracer.begin('receive and decode', { startedAt }).end()
      this.#fold = this.#tracer.begin('fold')
      return sink.process(batch)
    })
  }
}

/** Of its first message: they are in the order in which they came. */
const receivedAtOf = ({ readings: [reading], rejections: [rejection] }: Batch): EpochMs =>
  epochMs(Math.min(Date.now(), ...[reading, rejection].map((of) => of?.receivedAt ?? Date.now())))
