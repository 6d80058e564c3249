import { messageOf, type Unavailable } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { sleep, untilAvailable, type Wait } from './retry.ts'

interface PatienceParts {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'commitFailures'>
  readonly wait?: Wait
}

/** Waits for a database that is away, and says so once. */
export class Patience {
  readonly #parts: PatienceParts
  readonly #stop = new AbortController()
  #stalledSince: EpochMs | null = null

  constructor(parts: PatienceParts) {
    this.#parts = parts
  }

  /** Since when the database has refused; null while it answers. */
  get stalledSince(): EpochMs | null {
    return this.#stalledSince
  }

  /** It was ended: nobody waits any more. */
  get isOver(): boolean {
    return this.#stop.signal.aborted
  }

  /** Does the work as soon as the database answers. @throws what the work throws otherwise */
  async until<Result>(work: () => Promise<Result>): Promise<Result> {
    const { clock, log, metrics, wait = sleep } = this.#parts
    const result = await untilAvailable(work, this.#stop.signal, wait, (error) => {
      metrics.commitFailures.inc()
      if (this.#stalledSince === null) {
        this.#stalledSince = clock.now()
        log.warn({ reason: messageOf(error) }, 'database away, readings wait')
      }
    })
    if (this.#stalledSince !== null) {
      const away_ms = clock.now() - this.#stalledSince
      log.info({ away_ms }, 'database back, readings flow')
      this.#stalledSince = null
    }
    return result
  }

  /** Whoever waits is told this. */
  end(reason: Unavailable): void {
    this.#stop.abort(reason)
  }
}
