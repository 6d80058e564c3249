import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareReadings } from '#model/reading.ts'
import { type EpochMs, epochMs, seconds } from '#model/time.ts'
import type { Monitor } from '#monitor/monitor.ts'
import { tellState } from '#rules/explain/tell-state.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'
import { COVER, opened } from './explained.ts'
import { batchOf, reading, rule, START } from './fixtures.ts'

const RULES = [
  rule({ id: 'threshold', when: 'level_mm > 2.0' }),
  rule({
    id: 'hysteresis',
    when: 'tilt_deg > 6.0',
    hold: seconds(20),
    gap: seconds(45),
    clear: 'tilt_deg < 3.0',
    clearHold: seconds(30),
    levels: [{ when: 'tilt_deg > 8.0', severity: 'critical' }],
  }),
  rule({ id: 'cools', when: 'level_mm > 3.0 && tilt_deg > 2.0', cooldown: seconds(90) }),
  rule({
    id: 'often',
    when: "count(lid_open || tilt_deg > 7.0, '1m') >= 3 && mean(tilt_deg, '1m') > 4.0",
    hold: seconds(10),
    clear: "count(tilt_deg > 7.0, '90s') == 0",
  }),
  rule({ id: 'change', when: 'delta(level_mm) > 1.0', hold: seconds(7), gap: seconds(30) }),
  rule({ id: 'silent', silent: { span: seconds(60) } }),
]

const someReading = fc
  .record({
    at: fc.integer({ min: 0, max: 60 }).map((step) => step * 7),
    seq: fc.integer({ min: 0, max: 1 }),
    level_mm: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    tilt_deg: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    lid_open: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(({ at, seq, ...channels }) => {
    const present = Object.entries(channels).filter(([, value]) => value !== undefined)
    return reading(COVER, at, Object.fromEntries(present), seq)
  })

const someSet = fc.integer({ min: 1, max: 40 }).chain((length) =>
  fc.uniqueArray(someReading, {
    minLength: length,
    maxLength: length,
    selector: (item) => `${item.measuredAt} ${item.seq}`,
  }),
)

const stateOf = (monitor: Monitor, ruleId: string, at: EpochMs) => {
  const state = monitor.stateOf(COVER.id)
  const index = state?.plan.rules.findIndex(({ bound }) => bound.rule.id === ruleId) ?? -1
  const bound = state?.plan.rules[index]?.bound
  const own = state?.rules[index]
  return bound && own && tellState(bound, own, at)
}

test('what is told is what the live rules know, whatever came in which order', async () => {
  const history = fc.record({
    readings: someSet,
    arrival: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
  })
  await fc.assert(
    fc.asyncProperty(history, async ({ readings, arrival, sizes }) => {
      const { ledger, monitor, put, ask } = await opened(RULES)
      const arriving = readings
        .map((item) => ({ item, at: arrival.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item)
      const now = epochMs(START + 800_000)
      put(now)
      while (arriving.length > 0) {
        await monitor.process(batchOf(arriving.splice(0, sizes.next().value as number)))
      }
      for (const { rule: of } of RULES) {
        const told = await ask(of.id)
        expect(told.isCertain).toBe(true)
        if (of.silent !== null) continue
        expect(told.state).toEqual(stateOf(monitor, of.id, now))
        const open = ledger.standing.find(
          ({ ruleId, clearedAt }) => ruleId === of.id && clearedAt === null,
        )
        expect(told.episode?.id).toBe(open?.id)
      }
      for (const episode of ledger.standing.filter(({ ruleId }) => ruleId !== 'silent')) {
        const then = await ask(episode.ruleId, episode.confirmedAt)
        // Another reading of that very instant may have cleared it.
        if (episode.clearedAt === episode.confirmedAt) continue
        expect(then.episode?.id).toBe(episode.id)
        expect(['active', 'clearing']).toContain(then.state?.phase)
      }
    }),
    { numRuns: propertyRuns(1_000) },
  )
}, 120_000)

test('an instant of the past is told as it would have been told then, had all of it come', async () => {
  await fc.assert(
    fc.asyncProperty(someSet, fc.nat(60), async (readings, step) => {
      const at = epochMs(START + step * 7_000 + 3_000)
      const whole = await opened(RULES)
      whole.put(epochMs(START + 800_000))
      await whole.monitor.process(batchOf(readings.toSorted(compareReadings)))
      const then = await opened(RULES)
      then.put(at)
      const until = readings.filter(({ measuredAt }) => measuredAt <= at)
      await then.monitor.process(batchOf(until.toSorted(compareReadings)))
      for (const { rule: of } of RULES.filter(({ rule: { silent } }) => silent === null)) {
        const told = await whole.ask(of.id, at)
        expect(told.state?.phase).toBe((await then.ask(of.id)).state?.phase)
        if (until.length > 0) expect(told.state).toEqual(stateOf(then.monitor, of.id, at))
      }
    }),
    { numRuns: 1_000 },
  )
}, 120_000)
