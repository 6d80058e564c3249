import { expect, test } from 'vitest'
import { epochMs, formatInstant, parseInstant } from '#model/time.ts'

test.each([
  ['2026-11-23T08:00:00Z', '2026-11-23T08:00:00.000Z'],
  ['2026-11-23t08:00:00.1239z', '2026-11-23T08:00:00.123Z'],
  ['2026-11-23 16:00:00+08:00', '2026-11-23T08:00:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
])('%s is an instant', (text, expected) => {
  expect(formatInstant(parseInstant(text) ?? epochMs(0))).toBe(expected)
})

test.each([
  '2026-11-23T08:00:00',
  '2026-11-23',
  '2026-00-15T00:00:00Z',
  '2026-13-15T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00+24:00',
])('%s is none', (text) => {
  expect(parseInstant(text)).toBeUndefined()
})
