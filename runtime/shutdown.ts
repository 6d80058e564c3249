import { messageOf } from '#model/error.ts'
import type { Logger } from './logger.ts'

type Step = { readonly name: string; readonly stop: () => Promise<void> | void }

/** What must be stopped, newest first. A step that fails does not keep the others from running. */
export class Shutdown {
  readonly #steps: Step[] = []
  readonly #log: Logger
  #running: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  add(name: string, stop: Step['stop']): void {
    this.#steps.push({ name, stop })
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
    for (const step of this.#steps.toReversed()) {
      try {
        await step.stop()
      } catch (error) {
        this.#log.error({ step: step.name, reason: messageOf(error) }, 'stopping failed')
      }
    }
  }
}
