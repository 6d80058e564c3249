import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DurationMs, milliseconds, minutes } from '#model/time.ts'
import type { Distribution } from '#simulator/random/distribution.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { type Spell, spellAt, spells } from '#simulator/sensors/faults/spells.ts'
import { startedAt } from './bench.ts'

const spans = fc.integer({ min: 0, max: 600_000 }).map(milliseconds)
const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  spans.map((constant) => ({ constant })),
  fc.tuple(spans, spans).map(([a, b]) => ({
    uniform: [milliseconds(Math.min(a, b)), milliseconds(Math.max(a, b))] as const,
  })),
  spans.map((exponential) => ({ exponential })),
)

const first = (count: number, every: Distribution, lasts: Distribution, seed = 's'): Spell[] => [
  ...spells(splitRandom(seed), { every, lasts }, startedAt).take(count),
]

const constant = (span: DurationMs): Distribution => ({ constant: span })

describe('what comes and goes', () => {
  test('comes every so often for so long', () => {
    const found = first(3, constant(minutes(10)), constant(minutes(2)))
    expect(found.map((spell) => [spell.startedAt - startedAt, spell.endedAt - startedAt])).toEqual([
      [600_000, 720_000],
      [1_200_000, 1_320_000],
      [1_800_000, 1_920_000],
    ])
    expect(found.map(({ earlier, earlier_ms }) => [earlier, earlier_ms])).toEqual([
      [0, 0],
      [1, 120_000],
      [2, 240_000],
    ])
  })

  test('is never there twice at a time, and always gets on', () => {
    fc.assert(
      fc.property(distributions, distributions, fc.string(), (every, lasts, seed) => {
        const found = first(40, every, lasts, seed)
        for (const [index, spell] of found.entries()) {
          const before = found[index - 1]
          expect(spell.endedAt).toBeGreaterThanOrEqual(spell.startedAt)
          expect(spell.startedAt).toBeGreaterThanOrEqual(before?.endedAt ?? startedAt)
          expect(spell.startedAt).toBeGreaterThan(before?.startedAt ?? startedAt)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('is found at an instant as in the list, however seldom one asks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 60 }), (steps) => {
        const timely = {
          every: { exponential: minutes(4) },
          lasts: { exponential: minutes(2) },
        }
        const make = (): Generator<Spell, never> => spells(splitRandom('s'), timely, startedAt)
        const listed = [...make().take(400)]
        const when = spellAt(make())
        let at = startedAt
        for (const step of steps) {
          at = (at + step) as typeof at
          const wanted = listed.find((one) => at >= one.startedAt && at < one.endedAt) ?? null
          expect(when(at)).toEqual(wanted)
        }
      }),
      { numRuns: 100 },
    )
  })
})
