import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  epochMs,
  formatDuration,
  formatInstant,
  milliseconds,
  parseDuration,
  parseInstant,
} from '#model/time.ts'

describe('an instant', () => {
  test('is written as a Date writes it, whatever was written before', () => {
    const first = Date.UTC(-1, 0, 1)
    const last = Date.UTC(12_000, 0, 1)
    const near = fc.integer({ min: -1, max: 86_400_001 }).map((ms) => Date.UTC(2026, 10, 23) + ms)
    const any = fc.integer({ min: first, max: last })
    fc.assert(
      fc.property(fc.array(fc.oneof(near, any), { minLength: 2 }), (instants) => {
        expect(instants.map((at) => formatInstant(epochMs(at)))).toEqual(
          instants.map((at) => new Date(at).toISOString()),
        )
      }),
    )
    expect(() => formatInstant(epochMs(Number.NaN))).toThrow(RangeError)
  })

  test.each([
    ['2026-11-23T08:00:00Z', Date.UTC(2026, 10, 23, 8)],
    ['2026-11-23t08:00:00.5z', Date.UTC(2026, 10, 23, 8, 0, 0, 500)],
    ['2026-11-23 16:00:00+08:00', Date.UTC(2026, 10, 23, 8)],
    ['2026-11-23T03:30:00-04:30', Date.UTC(2026, 10, 23, 8)],
    ['2025-01-01T00:01:03.536271911Z', Date.UTC(2025, 0, 1, 0, 1, 3, 536)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
  ])('%s is read', (text, expected) => {
    expect(parseInstant(text)).toBe(expected)
  })

  test.each([
    '2026-11-23T08:00:00',
    '2026-11-23',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T08:60:00Z',
    '2026-11-23T08:00:61Z',
    '2026-11-23T08:00:00+24:00',
    '2026-11-23T08:00:00+08',
    '23/11/2026 08:00',
    '',
    ' 2026-11-23T08:00:00Z',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  test('what is written is read back, to the millisecond', () => {
    const someTime = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
    fc.assert(
      fc.property(someTime, (at) => {
        expect(parseInstant(formatInstant(epochMs(at)))).toBe(at)
      }),
    )
  })
})

describe('a span', () => {
  test.each([
    ['10s', 10_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['2d', 172_800_000],
    ['10', undefined],
    ['s', undefined],
    ['-5s', undefined],
    ['5 s', undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.nat(), (span) => {
        expect(parseDuration(formatDuration(milliseconds(span)))).toBe(span)
      }),
    )
  })
})
