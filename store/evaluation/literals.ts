import type { EpochMs } from '#model/time.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/**
 * Instants and words of closed lists as they are written into a statement: the planner then knows
 * what it plans for, and one definition can stand in several places of it. Nothing that somebody
 * typed comes here.
 */
export const instantLiteral = (at: EpochMs): string => `timestamptz '${formatTimestamp(at)}'`

const WORD = /^[a-z][a-z0-9-]*$/

/** @throws TypeError where something is no word of a closed list */
export function wordsLiteral(words: readonly string[]): string {
  const strange = words.find((word) => !WORD.test(word))
  if (strange !== undefined) throw new TypeError(`${strange} is no word of a closed list`)
  return words.length === 0 ? '(null)' : `(${words.map((word) => `'${word}'`).join(', ')})`
}
