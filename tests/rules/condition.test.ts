import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChannelValue } from '#model/channel.ts'
import { Rejected } from '#model/error.ts'
import { channelIndex } from '#model/kind.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { epochMs, hours } from '#model/time.ts'
import type { Binding } from '#rules/compilation.ts'
import { compileCondition } from '#rules/condition.ts'
import { blankMemory, type Lookback, remember } from '#rules/memory.ts'

type Named = Readonly<Record<string, ChannelValue>>

const values = (named: Named) => manholeCover.channels.map(({ name }) => named[name])

const NOTHING_BOUND: Binding = { params: [], areas: [] }
const compile = (text: string) =>
  compileCondition(text, { kind: manholeCover, params: {}, places: [] })

const ask = (text: string, now: Named, before: Named = {}) =>
  compile(text).test(
    { measuredAt: epochMs(0), seq: 0, values: values(now) },
    {
      ...blankMemory(),
      known: values(before).map((value) =>
        value === undefined ? undefined : { value, at: epochMs(0) },
      ),
    },
    NOTHING_BOUND,
  )

describe('a condition', () => {
  test.each<[string, Named, boolean | undefined]>([
    ['tilt_deg > 15.0', { tilt_deg: 15 }, false],
    ['tilt_deg > 15', { tilt_deg: 15.1 }, true],
    ['tilt_deg > 15.0', {}, undefined],
    ['lid_open', { lid_open: true }, true],
    ['!lid_open', { lid_open: true }, false],
    ['!lid_open', {}, undefined],
    ['lid_open && tilt_deg > 1.0', { lid_open: false }, false],
    ['lid_open && tilt_deg > 1.0', { lid_open: true }, undefined],
    ['tilt_deg > 1.0 || lid_open', { lid_open: true }, true],
    ['tilt_deg > 1.0 || lid_open', { lid_open: false }, undefined],
    ['level_mm / 2.0 + 1.0 >= -tilt_deg', { level_mm: 4, tilt_deg: 0 }, true],
    ['level_mm in [1.0, 2.0]', { level_mm: 2 }, true],
    ['level_mm in [1.0, 2.0]', { level_mm: 3 }, false],
    ['lid_open ? tilt_deg > 5.0 : tilt_deg > 50.0', { lid_open: false, tilt_deg: 10 }, false],
  ])('%s over %j is %j', (text, now, expected) => {
    expect(ask(text, now)).toBe(expected)
  })

  test('delta is the change since the last reading that had the channel', () => {
    expect(ask('delta(level_mm) < -300.0', { level_mm: 100 }, { level_mm: 500 })).toBe(true)
    expect(ask('delta(level_mm) < -300.0', { level_mm: 100 })).toBeUndefined()
    expect(compile('delta(level_mm) > 0.0').lookback.previousOf).toEqual([
      channelIndex(manholeCover, 'level_mm'),
    ])
  })

  test('has tells whether a parameter has a value at the device', () => {
    const param = { type: 'number', unit: null, default: null, title: null } as const
    const params = { mark: { ...param, min: null, max: null } }
    const condition = (text: string) =>
      compileCondition(text, { kind: manholeCover, params, places: [] })
    const tilted = condition('has(params.mark) && tilt_deg > params.mark')
    const sample = { measuredAt: epochMs(0), seq: 0, values: values({ tilt_deg: 20 }) }
    const at = (mark: number | undefined) =>
      tilted.test(sample, blankMemory(), { params: [mark], areas: [] })
    expect([at(undefined), at(15), at(25)]).toEqual([false, true, false])
    for (const text of ['has(params.marc)', 'has(tilt_deg)', 'has(1)', 'has(params)']) {
      expect(() => condition(text), text).toThrow(Rejected)
    }
  })

  test('three-valued and, or, not obey De Morgan', () => {
    const third = fc.constantFrom(true, false, undefined)
    fc.assert(
      fc.property(third, third, (open, steep) => {
        const now = {
          ...(open === undefined ? {} : { lid_open: open }),
          ...(steep === undefined ? {} : { tilt_deg: steep ? 20 : 0 }),
        }
        expect(ask('!(lid_open && tilt_deg > 10.0)', now)).toBe(
          ask('!lid_open || !(tilt_deg > 10.0)', now),
        )
      }),
    )
  })
})

/** As far back as one may look, at what a condition looks at. */
const lookbackOf = (text: string): Lookback => ({
  ...compile(text).lookback,
  window: hours(1),
  areas: [],
  fix: null,
})

describe('a window', () => {
  const series: readonly (readonly [second: number, named: Named])[] = [
    [0, { level_mm: 90 }],
    [60, { level_mm: 10, tilt_deg: 1, lid_open: false }],
    [120, { tilt_deg: 20 }],
    [180, { level_mm: 30, tilt_deg: 30, lid_open: true }],
    [240, { level_mm: 50, tilt_deg: 2 }],
    [300, { level_mm: 40, tilt_deg: 25, lid_open: false }],
  ]
  const samples = series.map(([second, named], index) => ({
    measuredAt: epochMs(second * 1_000),
    seq: 0,
    values: values(named),
    ...(index === 2 ? {} : { receivedAt: epochMs(second * 1_000 - 2_000) }),
  }))
  const tell = (text: string, last = samples.length - 1) => {
    const now = samples[last]
    const memory = blankMemory()
    for (const sample of samples.slice(0, last)) remember(memory, lookbackOf(text), sample)
    return compile(text).test(
      { measuredAt: epochMs(0), seq: 0, values: [], ...now },
      memory,
      NOTHING_BOUND,
    )
  }

  test.each([
    // The value at 60 s lies just outside of four minutes: a window leaves its far end out.
    ["max(level_mm, '5m') == 50.0", true],
    ["max(level_mm, '6m') == 90.0", true],
    ["min(level_mm, '4m') == 30.0", true],
    ["min(level_mm, '241s') == 10.0", true],
    ["mean(level_mm, '4m') == 40.0", true],
    ["delta(level_mm, '4m') == 10.0", true],
    ["rate(level_mm, '4m') == 300.0", true],
    ["count(tilt_deg > 15.0, '5m') == 3", true],
    ["count(tilt_deg > 15.0, '3m') == 2", true],
    ["count(tilt_deg > 15.0 && level_mm > 0.0, '5m') == 2", true],
    ["max(tilt_deg, '1s') > 20.0", true],
    ["count(lid_open, '6m') == 1", true],
    ["count(!lid_open, '6m') == 2", true],
    // The clock of the device was two seconds ahead at each, but for one that did not tell.
    ["count(ahead_s >= 2.0, '6m') == 5", true],
    // One value is no change, and two that lie close are none over an hour.
    ["delta(level_mm, '30s') > 0.0", undefined],
    ["rate(level_mm, '1h') > 0.0", undefined],
    ["max(ch4_pct_lel, '5m') > 0.0", undefined],
  ])('%s is %j', (text, expected) => {
    expect(tell(text)).toBe(expected)
  })

  test('a reading without the channel says nothing, whatever was before', () => {
    expect(tell("max(level_mm, '5m') > 0.0", 2)).toBeUndefined()
    expect(tell("count(level_mm > 0.0, '5m') > 0", 2)).toBeUndefined()
  })

  test('a window holds the newest thousand readings and no more, however dense they are', () => {
    const dense = Array.from({ length: 1_500 }, (_, second) => ({
      measuredAt: epochMs(second * 1_000),
      seq: 0,
      values: values({ level_mm: second }),
    }))
    const now = { measuredAt: epochMs(1_500_000), seq: 0, values: values({ level_mm: 1_500 }) }
    const memory = blankMemory()
    const lookback = lookbackOf("min(level_mm, '1h') > 0.0")
    for (const sample of dense) remember(memory, lookback, sample)
    expect(compile("min(level_mm, '1h') == 500.0").test(now, memory, NOTHING_BOUND)).toBe(true)
    expect(compile("count(level_mm > 0.0, '1h') == 1001").test(now, memory, NOTHING_BOUND)).toBe(
      true,
    )
    expect(compile("delta(level_mm, '30m') == 1000.0").test(now, memory, NOTHING_BOUND)).toBe(true)
    expect(memory.recent?.length).toBe(1_000)
  })

  test('a condition says how far it looks back', () => {
    const text = "rate(level_mm, '10m') > 5.0 || delta(tilt_deg) > 3.0 || max(level_mm, '1h') > 2.0"
    const { lookback, channels } = compile(text)
    expect(lookback.window).toBe(3_600_000)
    expect(lookback.previousOf).toEqual([channelIndex(manholeCover, 'tilt_deg')])
    expect(channels).toHaveLength(2)
  })
})

test.each([
  ["rate(level_mm, '10 minutes') > 1.0", 15, /a window is a span such as '10m'/],
  ["max(level_mm, '0s') > 1.0", 14, /a window is a span/],
  ["mean(level_mm, '25h') > 1.0", 15, /a day at most/],
  ["min(level_mm + 1.0, '5m') > 1.0", 4, /min takes one channel/],
  ["count(delta(level_mm) > 1.0, '5m') > 2", 6, /count takes a condition without functions/],
  ["rate(lid_open, '5m') > 1.0", 0, /no matching overload/],
  ["count(level_mm, '5m') > 1", 0, /no matching overload/],
  ['tilt > 15.0', 0, /a manhole-cover has no channel tilt/],
  ['lid_open && tilt_degg > 1.0', 12, /has no channel tilt_degg; is it tilt_deg\?/],
  ['lid_open > 3.0', 0, /no such overload/],
  ['tilt_deg > ', 11, /EOF/],
  ['tilt_deg', 0, /is a double, not a condition/],
  ['delta(tilt_deg + 1.0) > 2.0', 6, /delta takes one channel/],
  ['matches("a", "b")', 0, /matches/],
])('%s is refused with its place', (text, position, message) => {
  const refusal = (() => {
    try {
      return compile(text)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(Rejected)
  expect((refusal as Rejected).message).toMatch(message)
  expect((refusal as Rejected).detail['position']).toBe(position)
})
