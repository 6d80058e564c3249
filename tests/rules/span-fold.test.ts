import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import { epochMs, seconds } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import { SpanFold } from '#rules/span-fold.ts'
import { bound, CITY_DATA, device, reading, rule, START } from '#tests/monitor/fixtures.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'

const RUNS = propertyRuns(1_000)

const COVER = device('c')
const TRUCK = device('t', 'refuse-truck', { place: null })

// Readings begin at 08:00 of the city.
const schedule = {
  not: false,
  schedule: {
    windows: [
      { days: null, from: 8 * 60 + 2, to: 8 * 60 + 10 },
      { days: null, from: 8 * 60 + 15, to: 8 * 60 + 40 },
    ],
    seasons: null,
  },
}
const data = {
  ...CITY_DATA,
  areas: {
    depot: {
      type: 'Polygon',
      coordinates: [
        [
          [110.995, 34.995],
          [111.005, 34.995],
          [111.005, 35.005],
          [110.995, 35.005],
          [110.995, 34.995],
        ],
      ],
    },
  } as const,
}

const OF_COVERS: readonly BoundRule[] = [
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
  rule({ id: 'cools-down', when: 'tilt_deg > 3.0', cooldown: seconds(60) }),
  rule({
    id: 'holds-and-cools-down',
    when: 'tilt_deg > 3.0',
    hold: seconds(20),
    clear: 'level_mm < 5.0',
    clearHold: seconds(20),
    cooldown: seconds(300),
  }),
  rule({
    id: 'levels',
    when: 'tilt_deg > 3.0',
    levels: [
      { when: 'tilt_deg > 15.0', severity: 'critical' },
      { when: 'delta(level_mm) > 5.0', severity: 'notice' },
    ],
    clear: 'tilt_deg < 3.0',
    clearHold: seconds(20),
  }),
  rule({ id: 'in-hours', schedule, when: 'tilt_deg > 3.0', hold: seconds(10) }),
  rule({ id: 'off-hours', schedule: { ...schedule, not: true }, when: 'tilt_deg > 3.0' }),
  rule({ id: 'silent', silent: { span: seconds(60) } }),
  rule({ id: 'silent-in-hours', silent: { span: seconds(60) }, schedule }),
].map((each) => bound(each))

const ofTrucks = (when: string, more = {}) =>
  bound(rule({ id: when, kinds: ['refuse-truck'], when, ...more }), { data })
const OF_TRUCKS: readonly BoundRule[] = [
  ofTrucks("inside('depot')", { hold: seconds(60) }),
  ofTrucks("enters('depot')", { clear: "leaves('depot')" }),
  ofTrucks("dwells('depot', '30m')", { cooldown: seconds(1_000) }),
  ofTrucks("crosses('depot') || outside('depot') && speed_kmh > 20.0", {
    clear: "inside('depot')",
  }),
]

const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const ofPauses = <Step>(someStep: fc.Arbitrary<Step & { readonly pause_s: number }>) =>
  fc.array(someStep, { maxLength: 60 })

const coverSeries = ofPauses(
  fc.record({
    pause_s: fc.constantFrom(5, 10, 30, 200),
    tilt_deg: some(fc.constantFrom(1, 4, 10, 20)),
    level_mm: some(fc.constantFrom(0, 10, 20)),
  }),
).map((steps) => samplesOf(COVER, steps))

const truckSeries = ofPauses(
  fc.record({
    pause_s: fc.constantFrom(30, 60, 60, 300, 1_000, 4_000, 12_000, 23_000),
    lon_deg: some(fc.constantFrom(110.98, 110.997, 111, 111, 111, 111.003, 111.02)),
    lat_deg: fc.constantFrom(34.99, 35, 35, 35.0001, 35.01),
    accuracy_m: some(fc.constantFrom(5, 30, 150)),
    speed_kmh: some(fc.constantFrom(0, 0, 6, 30)),
  }),
).map((steps) => samplesOf(TRUCK, steps))

function samplesOf(
  of: Device,
  steps: readonly { readonly pause_s: number; readonly [channel: string]: number | undefined }[],
): readonly Sample[] {
  let at = 0
  return steps.map(({ pause_s, ...values }): Sample => {
    at += pause_s
    return reading(of, at, values)
  })
}

const facts = (stretches: readonly Stretch[]): string[] =>
  stretches.map(
    ({ first, confirmed, endedAt, clearedAt, severity, grades }) =>
      `${first.measuredAt} ${confirmed.measuredAt} ${endedAt} ${clearedAt} ${severity} ${JSON.stringify(grades)}`,
  )

/** Of a span that begins with one of the readings, and of all of the past. */
function bothWays(tried: BoundRule, samples: readonly Sample[], cut: number) {
  const from = epochMs(samples[cut]?.measuredAt ?? START + 1_000_000_000)
  const end = epochMs(Math.max(from, samples.at(-1)?.measuredAt ?? 0) + 45_000)
  const before = samples.filter(({ measuredAt }) => measuredAt < from)
  const fold = new SpanFold(tried, from)
  let length = 1
  while (!fold.prime(before.slice(-length), length >= before.length)) length += 1
  for (const sample of samples.slice(before.length)) fold.feed(sample)
  fold.waitUntil(end)

  const whole = new SpanFold(tried, from)
  whole.prime([], true)
  for (const sample of samples) whole.feed(sample)
  whole.waitUntil(end)
  const touching = whole.stretches.filter(
    ({ clearedAt }) => clearedAt === null || clearedAt >= from,
  )
  return [facts(fold.stretches), facts(touching)] as const
}

test.each(OF_COVERS)(
  'a span folded on its own gives what the whole past gives in it: $rule.id',
  (tried) => {
    fc.assert(
      fc.property(coverSeries, fc.nat(60), (samples, cut) => {
        const [alone, touching] = bothWays(tried, samples, cut)
        expect(alone).toEqual(touching)
      }),
      { numRuns: RUNS },
    )
  },
)

test.each(OF_TRUCKS)('and so it does of places: $rule.id', (tried) => {
  fc.assert(
    fc.property(truckSeries, fc.nat(60), (samples, cut) => {
      const [alone, touching] = bothWays(tried, samples, cut)
      expect(alone).toEqual(touching)
    }),
    { numRuns: RUNS },
  )
})

test('a rule that was never quiet in the history is not taken for quiet', () => {
  const fold = new SpanFold(OF_COVERS[1] as BoundRule, epochMs(START + 100_000))
  const tilted = [10, 20, 30].map((second) => reading(COVER, second, { tilt_deg: 10 }))
  expect(fold.prime(tilted, false)).toBe(false)
  expect(fold.prime(tilted, true)).toBe(true)
})
