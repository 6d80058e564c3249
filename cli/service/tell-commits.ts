import type { Commit, CommitOutcome } from '#model/commit.ts'
import { messageOf } from '#model/error.ts'
import type { Ledger } from '#monitor/ports.ts'
import type { Logger } from '#runtime/logger.ts'

/** A commit that takes longer is told of. */
const SLOW_MS = 1_000
/** And not more often than this: a slow disk makes every commit slow. */
const TOLD_EVERY_MS = 10_000

/**
 * A ledger that tells the log of each commit by its number, and of slow ones louder. The cost is that
 * of a commit, not of a message.
 */
export function tellCommits(ledger: Ledger, log: Logger): Ledger {
  let [toldAt, slowOnes] = [Number.NEGATIVE_INFINITY, 0]
  const tellSlow = (told: object, now: number): void => {
    slowOnes++
    if (now - toldAt < TOLD_EVERY_MS) return
    log.warn({ ...told, slowSinceLastTold: slowOnes }, 'a commit was slow')
    ;[toldAt, slowOnes] = [now, 0]
  }
  return {
    get lastNumber() {
      return ledger.lastNumber
    },
    async commit(commit) {
      const begunAt = performance.now()
      const told = { commit: commit.number, ...sizesOf(commit) }
      try {
        const outcome = await ledger.commit(commit)
        const now = performance.now()
        const done = { ...told, ...resultOf(outcome), duration_ms: Math.round(now - begunAt) }
        if (now - begunAt > SLOW_MS) tellSlow(done, now)
        else log.debug(done, 'committed')
        return outcome
      } catch (error) {
        log.debug({ ...told, reason: messageOf(error) }, 'a commit failed')
        throw error
      }
    },
  }
}

/** How much is in a commit. */
export const sizesOf = ({ readings, rejections, episodes }: Commit) => ({
  readings: readings.length,
  rejections: rejections.length,
  episodes: episodes.length,
})

const resultOf = ({ stored, duplicates, cases }: CommitOutcome) => ({
  stored,
  duplicates,
  cases: cases.length,
})
