import { expect, test } from 'vitest'
import { epochMs, milliseconds } from '#model/time.ts'
import { joinVerdicts, judgeProof, type Since } from '#monitor/verify/judge-proof.ts'

const MINUTE = 60_000
const minute = (count: number) => epochMs(count * MINUTE)

/** Fed back at minute 0, ten minutes to be proved, readings a minute apart and gaps of up to three. */
const since = (minutes: readonly number[], more: Partial<Since> = {}): Since => ({
  fedBackAt: minute(0),
  verify: milliseconds(10 * MINUTE),
  gap: milliseconds(3 * MINUTE),
  readings: minutes.map((count) => ({ measuredAt: minute(count) })),
  phase: 'quiet',
  condition: 'false',
  lastEndedAt: null,
  hasRelapsed: false,
  ...more,
})
const upTo = (last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_, index) => from + index)
const verdict = (given: Since, now: number) => judgeProof(given, minute(now)).verdict

test('readings that stay good for the whole span are good, and not a moment before', () => {
  expect(verdict(since(upTo(10)), 10)).toBe('wait')
  expect(judgeProof(since(upTo(11)), minute(11))).toEqual({
    verdict: 'good',
    from: minute(1),
    to: minute(11),
    readings: 11,
  })
})

test('time alone never makes it good', () => {
  expect(verdict(since([1]), 12)).toBe('wait')
  expect(verdict(since([1]), 10_000)).toBe('silent')
  expect(verdict(since([]), 13)).toBe('wait')
  expect(verdict(since([]), 14)).toBe('silent')
})

test('a gap begins the span anew', () => {
  expect(verdict(since([1, 2, 3, ...upTo(14, 7)]), 14)).toBe('wait')
  expect(verdict(since([1, 2, 3, ...upTo(17, 7)]), 17)).toBe('good')
})

test('what was wrong still, and ended later, counts from its end', () => {
  const ended = { lastEndedAt: minute(5) }
  expect(verdict(since(upTo(14), ended), 14)).toBe('wait')
  expect(verdict(since(upTo(15), ended), 15)).toBe('good')
})

test('what is still wrong, or is wrong again, is bad at once', () => {
  expect(verdict(since([1], { phase: 'active', condition: 'true' }), 1)).toBe('bad')
  expect(verdict(since(upTo(11), { hasRelapsed: true }), 11)).toBe('bad')
})

test('what is being decided waits', () => {
  expect(verdict(since(upTo(11), { phase: 'pending', condition: 'true' }), 11)).toBe('wait')
  expect(verdict(since(upTo(11), { phase: 'clearing' }), 11)).toBe('wait')
  expect(verdict(since(upTo(11), { phase: 'active', condition: 'unknown' }), 11)).toBe('wait')
})

test('of several devices one that is bad decides, and all must be good', () => {
  expect(joinVerdicts(['good', 'bad', 'wait'])).toBe('bad')
  expect(joinVerdicts(['good', 'good'])).toBe('good')
  expect(joinVerdicts(['good', 'silent'])).toBe('silent')
  expect(joinVerdicts(['good', 'wait'])).toBe('wait')
  expect(joinVerdicts([])).toBe('silent')
})
