import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { Broken, isWanmiError } from '#model/error.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import { type ErrorFacts, errorOf } from '#simulator/run/error-facts.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import type { FleetCounters } from './fleet-counters.ts'
import type { LiveOrder, ShardProgress } from './live-shard.ts'
import type { ShardParty } from './shard-party.ts'
import type { Departure } from './virtual-clock.ts'

/** What is asked of a thread; each with a number that its answer bears. */
export type LiveQuestion = { readonly number: number } & (
  | { readonly ask: 'connect' | 'stop' }
  | { readonly ask: 'depart'; readonly departure: Departure }
  | { readonly ask: 'end'; readonly grace: DurationMs }
  | { readonly ask: 'counts'; readonly until: EpochMs }
  | {
      readonly ask: 'truth'
      readonly until: EpochMs
      readonly others: readonly Float64Array[]
    }
)

/** What a thread says: once its lags, which both see from then on, and now and then how it is. */
export type LiveReply =
  | { readonly lags: RecordableHistogram }
  | { readonly progress: Omit<ShardProgress, 'trouble'> & { readonly trouble: ErrorFacts | null } }
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: ErrorFacts }

type Question<Q> = Q extends unknown ? Omit<Q, 'number'> : never

const NONE: FleetCounters = {
  devices: 0,
  connected: 0,
  refused: 0,
  connectionsLost: 0,
  published: 0,
  acknowledged: 0,
  readings: 0,
  lost: 0,
  noise: 0,
  resent: 0,
  commandsAnswered: 0,
  lag_ms: 0,
  lagP50_ms: 0,
  lagP99_ms: 0,
}

/** A shard of a live run in a thread of its own. */
export class LiveThread implements ShardParty {
  readonly #worker: Worker
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>()
  #lags: RecordableHistogram = createHistogram()
  #progress: ShardProgress = { counters: NONE, reachedAt: null, trouble: null }
  #failure: Error | undefined
  #number = 0

  constructor(order: LiveOrder) {
    this.#worker = new Worker(new URL('./fleet-worker.ts', import.meta.url), { workerData: order })
    this.#worker.on('message', (reply: LiveReply) => this.#hear(reply))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => {
      this.#fail(new Broken('internal', 'a worker of the fleet ended', { detail: { code } }))
    })
  }

  get lags(): RecordableHistogram {
    return this.#lags
  }

  progress = (): ShardProgress => this.#progress
  connect = (): Promise<void> => this.#ask({ ask: 'connect' })
  depart = (departure: Departure): Promise<void> => this.#ask({ ask: 'depart', departure })
  end = (grace: DurationMs): Promise<void> => this.#ask({ ask: 'end', grace })
  counts = (until: EpochMs): Promise<Float64Array> => this.#ask({ ask: 'counts', until })
  truth = (until: EpochMs, others: readonly Float64Array[]): Promise<readonly TruthLine[]> =>
    this.#ask({ ask: 'truth', until, others })

  stop(): void {
    // That it has failed is told to whoever waits for its end.
    this.#ask({ ask: 'stop' }).catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask<Value>(question: Question<LiveQuestion>): Promise<Value> {
    const asked = Promise.withResolvers<unknown>()
    this.#number += 1
    if (this.#failure) asked.reject(this.#failure)
    else {
      this.#asked.set(this.#number, asked)
      this.#worker.postMessage({ ...question, number: this.#number })
    }
    return asked.promise as Promise<Value>
  }

  #hear(reply: LiveReply): void {
    if ('lags' in reply) this.#lags = reply.lags
    else if ('progress' in reply) {
      const { trouble, ...progress } = reply.progress
      const error = trouble && errorOf(trouble)
      this.#progress = { ...progress, trouble: isWanmiError(error) ? error : null }
    } else {
      const asked = this.#asked.get(reply.number)
      this.#asked.delete(reply.number)
      if ('error' in reply) asked?.reject(errorOf(reply.error))
      else asked?.resolve(reply.value)
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const asked of this.#asked.values()) asked.reject(this.#failure)
    this.#asked.clear()
  }
}
