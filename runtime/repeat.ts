import { messageOf } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import type { Logger } from './logger.ts'

/**
 * Does some work now and again; a round that fails is tried again by the next. The first failure
 * and the first success after it are logged, not those between. Rounds never overlap; the first is
 * after `every`, or at once.
 *
 * @returns what ends it and waits for the round under way
 */
export function repeat(
  name: string,
  every: DurationMs,
  work: () => Promise<unknown>,
  log: Logger,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): () => Promise<void> {
  let round: Promise<void> | undefined
  let isFailing = false
  const succeeded = (): void => {
    if (isFailing) log.info({ work: name }, 'repeated work goes on')
    isFailing = false
  }
  const failed = (error: unknown): void => {
    if (!isFailing) log.warn({ work: name, reason: messageOf(error) }, 'repeated work fails')
    isFailing = true
  }
  const begin = (): void => {
    round ??= work()
      .then(succeeded, failed)
      .finally(() => {
        round = undefined
      })
  }
  const timer = setInterval(begin, every)
  if (atOnce) begin()
  return async () => {
    clearInterval(timer)
    await round
  }
}
