import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Channel } from '#model/channel.ts'
import { Broken } from '#model/error.ts'
import { KINDS } from '#model/kinds.ts'
import { epochMs } from '#model/time.ts'
import { writeDecimal } from '#simulator/stream/digits.ts'
import { payloadWriter } from '#simulator/stream/payload-writer.ts'

const at = epochMs(Date.UTC(2026, 10, 23, 2))

/** What a device makes of a value, said the plain way. */
function measured(value: number, { min = -Infinity, max = Infinity, precision = 1 }: Channel) {
  const steps = Math.round(1 / precision)
  return Math.round(Math.max(min, Math.min(max, value)) * steps) / steps
}

const valueOf = ({ type, min = 0, max = 0 }: Channel): fc.Arbitrary<number | boolean> =>
  type === 'boolean'
    ? fc.boolean()
    : fc.oneof(
        fc.double({ min: min - 1, max: max + 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ noNaN: true }),
        fc.constantFrom(0, -0, min, max, Infinity, -Infinity),
      )

describe.each(KINDS)('the payload of a $name', ({ name, channels }) => {
  const write = payloadWriter(name)
  const reading: fc.Arbitrary<Record<string, number | boolean>> = fc
    .tuple(...channels.map((channel) => fc.option(valueOf(channel))))
    .map((values) =>
      Object.fromEntries(
        values.flatMap((value, index) => {
          const channel = channels[index]
          return value === null || !channel ? [] : [[channel.name, value]]
        }),
      ),
    )

  test('is the JSON of its values, rounded and held, in the order of the kind', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), reading, (measuredAt, values) => {
        const expected = channels.flatMap((channel) => {
          const value = values[channel.name]
          if (value === undefined) return []
          return [[channel.name, typeof value === 'number' ? measured(value, channel) : value]]
        })
        const text = write(epochMs(measuredAt), values).toString()
        expect(text).toBe(JSON.stringify({ measuredAt, ...Object.fromEntries(expected) }))
      }),
      { numRuns: 500 },
    )
  })

  test('is kept by whoever keeps it', () => {
    const kept = Array.from({ length: 2_000 }, (_, n) => write(epochMs(at + n), {}))
    const texts = kept.map((payload) => payload.toString())
    expect(texts).toEqual(kept.map((_, n) => `{"measuredAt":${at + n}}`))
  })
})

describe('a payload', () => {
  const write = payloadWriter('manhole-cover')

  test.each([
    ['no number', { tilt_deg: Number.NaN }],
    ['a channel of another kind', { tilt_deg: 1, fill_pct: 2 }],
    ['a name every object has', { toString: 1 }],
    ['a number for a flag', { lid_open: 1 }],
    ['a flag for a number', { tilt_deg: true }],
  ])('is never written of %s', (_, values) => {
    expect(() => write(at, values)).toThrow(Broken)
  })

  test('is never written of half a millisecond, nor of a kind that does not exist', () => {
    expect(() => write(epochMs(at + 0.5), {})).toThrow(Broken)
    expect(() => payloadWriter('submarine')).toThrow(Broken)
  })

  test('that was refused leaves the next one whole', () => {
    expect(() => write(at, { tilt_deg: 3, level_mm: Number.NaN })).toThrow(Broken)
    expect(write(at, { tilt_deg: 3 }).toString()).toBe(`{"measuredAt":${at},"tilt_deg":3}`)
  })
})

test('decimals are those of the shortest text of the quotient', () => {
  const bytes = Buffer.alloc(32)
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (whole, decimals) => {
      const end = writeDecimal(bytes, 0, whole, decimals)
      expect(bytes.toString('latin1', 0, end)).toBe(JSON.stringify(whole / 10 ** decimals))
    }),
    { numRuns: 5_000 },
  )
})
