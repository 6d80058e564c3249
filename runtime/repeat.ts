import { messageOf } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import type { Logger } from './logger.ts'

/**
 * Does some work now and again; a round that fails is logged and the next one tries again. Rounds
 * never overlap.
 *
 * @returns what ends it and waits for the round under way
 */
export function repeat(
  name: string,
  every: DurationMs,
  work: () => Promise<unknown>,
  log: Logger,
): () => Promise<void> {
  let round: Promise<void> | undefined
  const timer = setInterval(() => {
    round ??= work()
      .then(
        () => undefined,
        (error: unknown) => log.warn({ work: name, reason: messageOf(error) }, 'a round failed'),
      )
      .finally(() => {
        round = undefined
      })
  }, every)
  return async () => {
    clearInterval(timer)
    await round
  }
}
