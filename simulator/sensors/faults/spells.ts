import { type EpochMs, epochMs } from '#model/time.ts'
import { drawSpan } from '#simulator/random/distribution.ts'
import { fraction, type Random } from '#simulator/random/random.ts'
import type { Timely } from '#simulator/scenario/scenario.ts'

/** One of the spans in which something that comes and goes is there. */
export interface Spell {
  readonly startedAt: EpochMs
  /** Excluded. */
  readonly endedAt: EpochMs
  /** 0 to below 1, drawn with it: what is different about this one. */
  readonly lot: number
  /** How long all that came before it lasted together, and how many they were. */
  readonly earlier_ms: number
  readonly earlier: number
}

/** Nothing comes back within a second of its beginning. */
const SHORTEST_MS = 1_000

/**
 * The spells from `from` on, without end, in the order of time and never at once: `every` from the
 * beginning of one to that of the next, or from the end of one that lasts longer.
 */
export function* spells(
  random: Random,
  { every, lasts }: Pick<Timely, 'every' | 'lasts'>,
  from: EpochMs,
): Generator<Spell, never, undefined> {
  let [last, free, earlier, earlier_ms]: [number, number, number, number] = [from, from, 0, 0]
  for (;;) {
    last = Math.max(free, last + Math.max(SHORTEST_MS, drawSpan(random, every)))
    const length = drawSpan(random, lasts)
    free = last + length
    const lot = fraction(random)
    yield { startedAt: epochMs(last), endedAt: epochMs(free), lot, earlier_ms, earlier }
    earlier += 1
    earlier_ms += length
  }
}

/** The spell there is at an instant, or none; asked in the order of time. */
export function spellAt(all: Iterator<Spell, never>): (at: EpochMs) => Spell | null {
  let spell = all.next().value
  return (at) => {
    while (at >= spell.endedAt) spell = all.next().value
    return at >= spell.startedAt ? spell : null
  }
}
