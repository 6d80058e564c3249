import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, minutes, seconds } from '#model/time.ts'
import type { Sample } from '#rules/fold.ts'
import { hearsOnlyChannels } from '#rules/hears-only-channels.ts'
import { SpanFold } from '#rules/span-fold.ts'
import { bound, device, reading, rule } from '#tests/monitor/fixtures.ts'

const COVER = device('c')
const ALONE = [
  rule({ id: 'plain', when: 'tilt_deg > 15.0', hold: seconds(20), clearHold: seconds(20) }),
  rule({ id: 'changes', when: 'delta(level_mm) > 5.0', cooldown: seconds(60) }),
  rule({
    id: 'graded',
    when: 'tilt_deg > 5.0 && level_mm > 3.0',
    clear: 'level_mm < 2.0',
    levels: [{ when: 'tilt_deg > 15.0', severity: 'critical' }],
  }),
].map((each) => bound(each))

test.each(ALONE.map((each) => [each.rule.id, each] as const))(
  'the rule %s finds the same without the readings that have none of its channels',
  (_, tried) => {
    expect(hearsOnlyChannels(tried)).toBe(true)
    const sample = fc.record({
      pause_s: fc.constantFrom(5, 10, 200),
      tilt_deg: fc.option(fc.constantFrom(1, 10, 20), { nil: undefined }),
      level_mm: fc.option(fc.constantFrom(0, 10, 20), { nil: undefined }),
    })
    const found = (samples: readonly Sample[]) => {
      const fold = new SpanFold(tried, epochMs(0))
      fold.prime([], true)
      for (const each of samples) fold.feed(each)
      return fold.stretches
    }
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), (steps) => {
        let at = 0
        const samples = steps.map(({ pause_s, tilt_deg, level_mm }) => {
          at += pause_s
          const tilt = tilt_deg === undefined ? {} : { tilt_deg }
          const level = level_mm === undefined ? {} : { level_mm }
          return reading(COVER, at, { rssi_dbm: -70, ...tilt, ...level })
        })
        const says = ({ values }: Sample): boolean =>
          tried.channels.some((channel) => values[channel] !== undefined)
        expect(found(samples.filter(says))).toEqual(found(samples))
      }),
    )
  },
)

test.each([
  ['a silence', { silent: { span: minutes(5) } }],
  ['a window', { when: "count(tilt_deg > 5.0, '1h') <= 3" }],
  ['the arrival', { when: 'ahead_s > 5.0' }],
  ['a schedule', { when: 'lid_open', schedule: { not: true, schedule: nights() } }],
  ['what is decided without', { when: 'tilt_deg > 5.0', clear: 'lid_open || true' }],
])('to %s every reading says something', (_, body) => {
  expect(hearsOnlyChannels(bound(rule({ id: 'all', ...body })))).toBe(false)
})

function nights() {
  return { windows: [{ days: null, from: 0, to: 360 }], seasons: null }
}
