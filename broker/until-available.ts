import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '#model/error.ts'

const PAUSE_MS = 1_000

/**
 * Does it until it is not Unavailable, and gives what it gives. An outage of the database is waited
 * out; undefined when nobody wants the result any more.
 *
 * @throws whatever it throws but Unavailable.
 */
export async function untilAvailable<Result>(
  action: () => Promise<Result>,
  isWanted: () => boolean,
): Promise<Result | undefined> {
  while (isWanted()) {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      await sleep(PAUSE_MS, undefined, { ref: false })
    }
  }
  return undefined
}
