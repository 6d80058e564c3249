import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rule } from '#model/rule.ts'
import { minutes, seconds } from '#model/time.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import { CITY_DATA, device, reading, rule } from '#tests/monitor/fixtures.ts'
import type { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { metresEast } from '#tests/rules/group/fixtures.ts'
import {
  essence,
  expectRightCases,
  expectTheSame,
  foldedAsTheyCame,
  foldedAtOnce,
  LONG,
  RUNS,
  someReadings,
  someStory,
} from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const

/** Made anew each time, as from documents that were read again. */
const rules = (): readonly RuleInForce[] => [
  rule({
    id: 'askew',
    when: 'tilt_deg > 3.0',
    hold: seconds(14),
    levels: [{ when: 'tilt_deg > 4.0', severity: 'critical' }],
    clear: 'tilt_deg < 2.0',
    clearHold: seconds(14),
    outcome: OUTCOME,
  }),
  rule({
    id: 'rising',
    when: "delta(level_mm) > 1.0 || max(level_mm, '1m') > 3.0",
    cooldown: seconds(30),
    outcome: OUTCOME,
  }),
  rule({
    id: 'together',
    when: 'level_mm > 2.0',
    neighbours: { atLeast: 2, within_m: 30, during: seconds(30) },
  }),
  rule({ id: 'silent', silent: { span: minutes(2) }, outcome: OUTCOME }),
  rule({ id: 'open', when: 'lid_open', clear: '!lid_open', outcome: OUTCOME }),
]
const world = (made = rules()) => ({
  rules: made,
  data: { ...CITY_DATA },
  isLate: true,
})

const DEVICES = [0, 20, 60].map((metres) =>
  device(`c${metres}`, 'manhole-cover', { place: metresEast(metres) }),
)
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 5, nil: undefined })
const readings = someReadings(
  fc
    .record({
      of: fc.constantFrom(...DEVICES),
      at: fc.nat(60),
      level_mm: some(fc.nat(4)),
      tilt_deg: some(fc.nat(6)),
      lid_open: some(fc.boolean()),
    })
    .map(({ of, at, ...values }) => reading(of, at * 7, values)),
  { most: 40 },
)

test(
  'rules that are adopted again unchanged change nothing',
  async () => {
    const untouched = world()
    await fc.assert(
      fc.asyncProperty(
        someStory(readings),
        fc.infiniteStream(fc.boolean()),
        async (story, adopts) => {
          const ledger = await foldedAsTheyCame(story, untouched, () =>
            adopts.next().value ? world() : undefined,
          )
          expectTheSame(ledger, await foldedAtOnce(story.readings, untouched), untouched)
        },
      ),
      { numRuns: RUNS },
    )
  },
  LONG,
)

const others = ({ standing }: MemoryLedger, id: string) =>
  essence(standing.filter(({ ruleId }) => ruleId !== id))

const GIVEN_UP = ['askew', 'rising', 'together', 'silent', 'open']
const changes: Readonly<Record<string, Partial<Rule>>> = {
  askew: { when: 'tilt_deg > 1.0' },
  rising: { cooldown: seconds(0) },
  together: { neighbours: { atLeast: 3, within_m: 50, during: seconds(60) } },
  silent: { silent: { span: minutes(1) } },
  open: { severity: 'critical' },
}

test(
  'a rule that is changed or disabled leaves the others alone, and its episodes are ended once',
  async () => {
    const whole = world()
    const without = new Map(
      GIVEN_UP.map((id) => [id, world(rules().filter((each) => each.rule.id !== id))]),
    )
    const changed = new Map(
      GIVEN_UP.map((id) => [
        id,
        world(
          rules().map((each) =>
            each.rule.id === id ? { ...rule({ ...each.rule, ...changes[id] }), version: 2 } : each,
          ),
        ),
      ]),
    )
    await fc.assert(
      fc.asyncProperty(
        someStory(readings),
        fc.constantFrom(...GIVEN_UP),
        fc.nat(6),
        fc.boolean(),
        async (story, id, when, isDisabled) => {
          const then = (isDisabled ? without : changed).get(id)
          let commits = Infinity
          const ledger = await foldedAsTheyCame(story, whole, (batch, { commits: { length } }) => {
            if (batch !== when) return undefined
            commits = length
            return then
          })
          const expected = await foldedAtOnce(story.readings, whole)
          expect(others(ledger, id)).toEqual(others(expected, id))
          if (!isDisabled || commits === Infinity) {
            expectRightCases(ledger, whole)
            return
          }
          expect(
            ledger.standing.filter(({ ruleId, clearedAt }) => ruleId === id && !clearedAt),
          ).toEqual([])
          const written = ledger.commits
            .slice(commits)
            .flatMap(({ episodes }) => episodes.map(({ episode }) => episode))
            .filter(({ ruleId }) => ruleId === id)
          expect(new Set(written.map((episode) => episode.id)).size).toBe(written.length)
        },
      ),
      { numRuns: RUNS },
    )
  },
  LONG,
)
