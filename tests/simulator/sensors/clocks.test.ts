import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs, hours, minutes } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { straying } from '#simulator/sensors/faults/clock-drift.ts'
import { resetting } from '#simulator/sensors/faults/clock-reset.ts'
import { offZone } from '#simulator/sensors/faults/clock-zone.ts'
import { type Spell, spellAt, spells } from '#simulator/sensors/faults/spells.ts'
import type { Stamp } from '#simulator/sensors/instrument.ts'
import { after, startedAt } from './bench.ts'

const right: Stamp = (at) => at
const instants = fc
  .array(fc.integer({ min: 1, max: 300_000 }), { minLength: 2, maxLength: 80 })
  .map((steps) => {
    let at: number = startedAt
    return steps.map((step) => epochMs((at += step)))
  })

describe('a clock that drifts', () => {
  test('is right at the start and off by its parts in a million since', () => {
    const fast = straying(right, 50, startedAt)
    expect(fast(startedAt)).toBe(startedAt)
    expect(fast(after(86_400)) - after(86_400)).toBe(4_320)
    const slow = straying(right, -50, startedAt)
    expect(slow(after(86_400)) - after(86_400)).toBe(-4_320)
  })

  test('says the same of the same reading, and never of two', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.integer({ min: 1, max: 300_000 }),
        (reads, ppm, shrink) => {
          const clock = straying(right, ppm, startedAt)
          // Readings a millisecond apart are the hardest for a slow clock.
          const close = reads.map((at) => epochMs(startedAt + Math.ceil((at - startedAt) / shrink)))
          const distinct = [...new Set(close)]
          const stamps = distinct.map((at) => {
            const stamp = clock(at)
            expect(clock(at)).toBe(stamp)
            return stamp
          })
          expect(stamps.every(Number.isSafeInteger)).toBe(true)
          expect(stamps.every((stamp, i) => i === 0 || stamp > Number(stamps[i - 1]))).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})

test('a clock of another zone is off by its hours, to the millisecond', () => {
  expect(offZone(right, -8)(startedAt)).toBe(startedAt - hours(8))
  expect(offZone(right, 5.75)(startedAt)).toBe(startedAt + 20_700_000)
  expect(Number.isInteger(offZone(right, 1 / 3)(startedAt))).toBe(true)
})

describe('a clock that was reset', () => {
  const often = { every: { exponential: minutes(20) }, lasts: { exponential: minutes(6) } }
  const make = (seed: string): Generator<Spell, never> =>
    spells(splitRandom(seed), often, startedAt)

  test('counts from 1970 in a spell and is right again after it', () => {
    const spell = make('s').next().value
    const clock = resetting(right, spellAt(make('s')))
    const before = epochMs(spell.startedAt - 1)
    expect(clock(before)).toBe(before)
    expect(clock(spell.startedAt)).toBe(0)
    expect(clock(epochMs(spell.startedAt + 7))).toBe(7)
    expect(clock(spell.endedAt)).toBe(spell.endedAt)
  })

  test('no time comes twice, and time goes forward in each spell', () => {
    fc.assert(
      fc.property(instants, fc.string(), (reads, seed) => {
        const clock = resetting(right, spellAt(make(seed)))
        const stamps = reads.map(clock)
        expect(new Set(stamps).size).toBe(stamps.length)
        const reset = stamps.filter((stamp) => stamp < hours(24 * 365))
        expect(reset).toEqual(reset.toSorted((a, b) => a - b))
      }),
      { numRuns: 200 },
    )
  })

  test('drift and zone do not show while it counts from 1970', () => {
    const spell = make('s').next().value
    const clock = resetting(offZone(straying(right, 100, startedAt), -8), spellAt(make('s')))
    expect(clock(spell.startedAt)).toBe(0)
    const drift = Math.round((spell.endedAt - startedAt) / 10_000)
    expect(clock(spell.endedAt)).toBe(spell.endedAt - hours(8) + drift)
  })
})
