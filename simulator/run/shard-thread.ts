import { Worker } from 'node:worker_threads'
import { Broken } from '#model/error.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import { type ErrorFacts, errorOf } from './error-facts.ts'
import type { RunOrder } from './run-plan.ts'
import type { Shard } from './shard.ts'
import type { ShardSlice } from './shard-run.ts'

/** What a thread is started with. */
export interface ShardOrder {
  readonly order: RunOrder
  readonly shard: Shard
}

export type ShardQuestion =
  | { readonly ask: 'slice'; readonly spent?: ShardSlice }
  | { readonly ask: 'counts' }
  | { readonly ask: 'truth'; readonly others: readonly Float64Array[] }

type Answer = { readonly value: unknown } | { readonly error: ErrorFacts }

/** A shard of a dry run, wherever it is worked on. */
export interface ShardWork {
  /** @param spent one of its slices that is done with: its memory is used again */
  slice(spent?: ShardSlice): Promise<ShardSlice>
  counts(): Promise<Float64Array>
  truth(others: readonly Float64Array[]): Promise<readonly TruthLine[]>
  close(): Promise<void>
}

/** What a slice hands over instead of copying it. */
export const buffersOf = ({ bytes, at, device, length }: ShardSlice): readonly ArrayBuffer[] =>
  [bytes, at, device, length].map(({ buffer }) => buffer)

// What a reading leaves behind dies young. In a larger nursery it is dead before anybody looks.
const NURSERY_MB = 64

/** A shard in a thread of its own. Whatever fails there rejects what is asked. */
export class ShardThread implements ShardWork {
  readonly #worker: Worker
  readonly #asked: PromiseWithResolvers<unknown>[] = []
  #failure: Error | undefined

  constructor(work: ShardOrder) {
    this.#worker = new Worker(new URL('./dry-run-worker.ts', import.meta.url), {
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
    })
    this.#worker.on('message', (answer: Answer) => {
      const question = this.#asked.shift()
      if ('error' in answer) question?.reject(errorOf(answer.error))
      else question?.resolve(answer.value)
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => {
      this.#fail(new Broken('internal', 'a worker of the dry run ended', { detail: { code } }))
    })
  }

  slice = (spent?: ShardSlice): Promise<ShardSlice> =>
    spent
      ? this.#ask<ShardSlice>({ ask: 'slice', spent }, buffersOf(spent))
      : this.#ask<ShardSlice>({ ask: 'slice' })

  counts = (): Promise<Float64Array> => this.#ask<Float64Array>({ ask: 'counts' })

  truth = (others: readonly Float64Array[]): Promise<readonly TruthLine[]> =>
    this.#ask<readonly TruthLine[]>({ ask: 'truth', others })

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask<Value>(question: ShardQuestion, given: readonly ArrayBuffer[] = []): Promise<Value> {
    const asked = Promise.withResolvers<Value>()
    if (this.#failure) asked.reject(this.#failure)
    else {
      this.#asked.push(asked as PromiseWithResolvers<unknown>)
      this.#worker.postMessage(question, given)
    }
    return asked.promise
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const question of this.#asked.splice(0)) question.reject(this.#failure)
  }
}
