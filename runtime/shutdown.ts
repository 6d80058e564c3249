import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '#model/error.ts'
import type { Logger } from './logger.ts'

interface Step {
  readonly name: string
  readonly stop: () => Promise<void> | void
  readonly isWaitedFor: boolean
  readonly patienceMs: number
}

/** All steps together may take so long: who stops a service waits no longer before killing it. */
const PATIENCE_MS = 8_000
/** One step alone: what hangs must leave time for those after it. */
const STEP_PATIENCE_MS = 1_500
/** What a step is given when the others have used that up. */
const LAST_MS = 100

/**
 * What must be stopped, newest first. A step that fails, or does not come to an end, does not keep
 * the others from running.
 */
export class Shutdown {
  readonly #steps: Step[] = []
  readonly #log: Logger
  readonly #patienceMs: number
  #running: Promise<void> | undefined

  constructor(log: Logger, patienceMs = PATIENCE_MS) {
    this.#log = log
    this.#patienceMs = patienceMs
  }

  /**
   * `isWaitedFor`: however long it takes, as what would be left behind is a process. `patienceMs`: how
   * long it is waited for otherwise.
   */
  add(
    name: string,
    stop: Step['stop'],
    { isWaitedFor = false, patienceMs = STEP_PATIENCE_MS } = {},
  ): void {
    this.#steps.push({ name, stop, isWaitedFor, patienceMs })
  }

  get isStopping(): boolean {
    return this.#running !== undefined
  }

  /** Runs every step once, however often it is called. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll()
    return this.#running
  }

  async #stopAll(): Promise<void> {
    const deadline = performance.now() + this.#patienceMs
    for (const step of this.#steps.toReversed()) {
      try {
        const left = Math.max(LAST_MS, deadline - performance.now())
        await this.#stop(step, Math.min(step.patienceMs, left))
      } catch (error) {
        this.#log.error({ step: step.name, reason: messageOf(error) }, 'stopping failed')
      }
    }
  }

  async #stop({ name, stop, isWaitedFor }: Step, patienceMs: number): Promise<void> {
    const stopped = Promise.resolve(stop())
    if (isWaitedFor) return await stopped
    const given = new AbortController()
    const late = sleep(patienceMs, 'late', { signal: given.signal }).catch(() => undefined)
    try {
      if ((await Promise.race([stopped, late])) === 'late') {
        this.#log.warn({ step: name }, 'stopping takes too long and is not waited for')
        stopped.catch(() => undefined)
      }
    } finally {
      given.abort()
    }
  }
}
