import { setTimeout as sleep } from 'node:timers/promises'
import type { Herd } from './herd.ts'

const POLL_MS = 20
const PATIENCE_MS = 180_000

export const pause = (seconds: number): Promise<void> => sleep(seconds * 1_000)

/** Any moment of a connection, a batch, a commit. */
export const anyMoment = (shortest: number, longest: number): Promise<void> =>
  pause(shortest + Math.random() * (longest - shortest))

/** @returns how long it took, in seconds. @throws when it takes longer than three minutes */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<number> {
  const begunAt = performance.now()
  while (!(await holds())) {
    if (performance.now() - begunAt > patienceMs) {
      throw new Error(`${what}: not within ${patienceMs / 1_000} s`)
    }
    await sleep(POLL_MS)
  }
  return Math.round((performance.now() - begunAt) / 10) / 100
}

/** Until so many messages more are acknowledged. @returns how long it took, in seconds */
export async function untilFlowing(herd: Herd, messages = 100): Promise<number> {
  const from = herd.acknowledged
  return await until('no message is acknowledged', () => herd.acknowledged >= from + messages)
}
