import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, seconds } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import { SpanFold } from '#rules/span-fold.ts'
import { bound, device, reading, rule, START } from '#tests/monitor/fixtures.ts'

const COVER = device('c')
const RULES: readonly BoundRule[] = [
  rule({ id: 'plain', when: 'tilt_deg > 15.0' }),
  rule({
    id: 'hysteresis',
    when: 'tilt_deg > 15.0',
    hold: seconds(20),
    clear: 'tilt_deg < 5.0',
    clearHold: seconds(30),
  }),
  rule({
    id: 'looks-back',
    when: 'delta(level_mm) > 5.0 && tilt_deg > 3.0',
    clear: 'delta(level_mm) < 0.0',
    clearHold: seconds(20),
  }),
  rule({
    id: 'looks-far-back',
    when: "mean(level_mm, '1m') > 9.0 && count(tilt_deg > 3.0, '40s') >= 2",
    clear: "max(tilt_deg, '30s') < 5.0",
    clearHold: seconds(10),
  }),
  rule({ id: 'cools-down', when: 'tilt_deg > 15.0', hold: seconds(10), cooldown: seconds(90) }),
  rule({
    id: 'graded',
    when: 'level_mm > 5.0',
    clear: 'tilt_deg < 3.0',
    cooldown: seconds(30),
    levels: [
      { when: 'level_mm > 15.0', severity: 'critical' },
      { when: 'tilt_deg > 15.0', severity: 'notice' },
    ],
  }),
].map((each) => bound(each, { interval: seconds(10) }))

const series = fc.array(
  fc.record({
    pause_s: fc.constantFrom(5, 10, 30, 200),
    tilt_deg: fc.option(fc.constantFrom(1, 4, 10, 20), { nil: undefined }),
    level_mm: fc.option(fc.constantFrom(0, 10, 20), { nil: undefined }),
  }),
  { maxLength: 60 },
)

function samplesOf(steps: readonly { pause_s: number; [channel: string]: number | undefined }[]) {
  let at = 0
  return steps.map(({ pause_s, tilt_deg, level_mm }): Sample => {
    at += pause_s
    const values = {
      ...(tilt_deg === undefined ? {} : { tilt_deg }),
      ...(level_mm === undefined ? {} : { level_mm }),
    }
    return reading(COVER, at, values)
  })
}

const facts = (stretches: readonly Stretch[]): string[] =>
  stretches.map(
    ({ first, confirmed, endedAt, clearedAt, severity, grades }) =>
      `${first.measuredAt} ${confirmed.measuredAt} ${endedAt} ${clearedAt} ${severity} ` +
      grades.map(({ at, severity: then }) => `${then} ${at}`).join(),
  )

test('a span folded on its own gives what the whole past gives in it', () => {
  fc.assert(
    fc.property(series, fc.nat(60), fc.constantFrom(...RULES), (steps, cut, tried) => {
      const samples = samplesOf(steps)
      const from = epochMs(samples[cut]?.measuredAt ?? START + 1_000_000_000)
      const before = samples.filter(({ measuredAt }) => measuredAt < from)
      const fold = new SpanFold(tried, from)
      let length = 1
      while (!fold.prime(before.slice(-length), length >= before.length)) length += 1
      for (const sample of samples.slice(before.length)) fold.feed(sample)

      const whole = new SpanFold(tried, from)
      whole.prime([], true)
      for (const sample of samples) whole.feed(sample)
      const touching = whole.stretches.filter(
        ({ clearedAt }) => clearedAt === null || clearedAt >= from,
      )
      expect(facts(fold.stretches)).toEqual(facts(touching))
    }),
    { numRuns: 3_000 },
  )
})

test('a rule that was never quiet in the history is not taken for quiet', () => {
  const fold = new SpanFold(RULES[1] as BoundRule, epochMs(START + 100_000))
  const tilted = [10, 20, 30].map((second) => reading(COVER, second, { tilt_deg: 10 }))
  expect(fold.prime(tilted, false)).toBe(false)
  expect(fold.prime(tilted, true)).toBe(true)
})

test('where the past leaves two possibilities, what was found live decides by a bounded history', () => {
  let settled = 0
  fc.assert(
    fc.property(series, fc.nat(60), fc.constantFrom(...RULES), (steps, cut, tried) => {
      const samples = samplesOf(steps)
      const from = epochMs(samples[cut]?.measuredAt ?? START + 1_000_000_000)
      const before = samples.filter(({ measuredAt }) => measuredAt < from)
      const whole = new SpanFold(tried, epochMs(0))
      whole.prime([], true)
      for (const sample of samples) whole.feed(sample)

      const fold = new SpanFold(tried, from)
      for (let length = 1; ; length += 1) {
        const history = before.slice(-length)
        if (fold.prime(history, length >= before.length)) break
        const oldest = history[0]?.measuredAt ?? from
        const isNear = ({ clearedAt }: Stretch): boolean =>
          (clearedAt ?? from) + tried.rule.cooldown >= oldest
        if (!fold.settle(whole.stretches.filter(isNear), history)) continue
        settled += 1
        break
      }
      for (const sample of samples.slice(before.length)) fold.feed(sample)
      const touching = whole.stretches.filter(({ clearedAt }) => (clearedAt ?? from) >= from)
      expect(facts(fold.stretches)).toEqual(facts(touching))
    }),
    { numRuns: 3_000 },
  )
  expect(settled).toBeGreaterThan(20)
})

test('a channel that is never heard is taken for quiet, unless it was found otherwise', () => {
  const from = epochMs(START + 10_000_000)
  const mute = Array.from({ length: 100 }, (_, index) =>
    reading(COVER, index * 60, { lid_open: true }),
  )
  const [plain] = RULES as [BoundRule]
  const unknown = new SpanFold(plain, from)
  expect(unknown.prime(mute, false)).toBe(false)
  unknown.assumeQuiet(mute)
  expect(unknown.stretches).toEqual([])

  const known = new SpanFold(plain, from)
  const first = reading(COVER, -90_000, { tilt_deg: 30 })
  const grades = [{ at: first.measuredAt, severity: 'warning' as const }]
  const open = {
    first,
    confirmed: first,
    endedAt: null,
    clearedAt: null,
    severity: 'warning' as const,
    grades,
  }
  expect(known.settle([open], mute)).toBe(true)
  known.feed(reading(COVER, 20_000, { tilt_deg: 1 }))
  const over = epochMs(START + 20_000_000)
  expect(known.stretches).toMatchObject([{ first, endedAt: over, clearedAt: over }])
})
