import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareReadings } from '#model/reading.ts'
import { seconds } from '#model/time.ts'
import { device, rule } from '#tests/monitor/fixtures.ts'
import { essence, expectRightCases } from '#tests/monitor/order/story.ts'
import { type Happening, OutageStory, someCrashes, someOutages } from './outage-story.ts'

const DEVICES = ['a', 'b', 'c'].map((id) =>
  device(id, 'manhole-cover', { reportingInterval: seconds(30) }),
)
const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
const high = rule({ id: 'high', when: 'level_mm > 2.0', outcome: OUTCOME })
const RULES = [
  high,
  rule({ id: 'long', when: 'level_mm > 1.0', hold: seconds(20) }),
  rule({ id: 'silent', silent: { span: seconds(45) }, outcome: OUTCOME }),
]
/** The long form is for `npm run chaos`. */
const RUNS = process.env['CHAOS'] === 'full' ? 5_000 : 30

const storedIn = ({ ledger }: OutageStory): readonly string[] =>
  [...ledger.readings].flatMap(([id, readings]) =>
    readings
      .toSorted(compareReadings)
      .map(({ measuredAt, seq, values }) => JSON.stringify([id, measuredAt, seq, values])),
  )

const payloads = (story: OutageStory, isRubbish: boolean): readonly string[] =>
  story.acknowledged
    .map(({ payload }) => Buffer.from(payload).toString())
    .filter((text) => text.includes('rubbish') === isRubbish)

const isOutage = ({ type }: Happening): boolean => type === 'down' || type === 'up'
const asPause = (happening: Happening): Happening =>
  isOutage(happening) ? { type: 'pause' } : happening

test('a database that comes and goes leaves what it would have left, silences and cases too', async () => {
  await fc.assert(
    fc.asyncProperty(someOutages, async (happenings) => {
      const world = { rules: RULES }
      const [story, calm] = [new OutageStory(world, DEVICES), new OutageStory(world, DEVICES)]
      await story.play(happenings)
      await calm.play(happenings.map(asPause))
      expect(story.fatal).toEqual([])
      expect(storedIn(story)).toEqual(storedIn(calm))
      expect(essence(story.ledger.standing)).toEqual(essence(calm.ledger.standing))
      expectRightCases(story.ledger, world)
      expect(story.quarantined).toHaveLength(payloads(story, true).length)
    }),
    { numRuns: RUNS },
  )
}, 600_000)

test('whatever is killed, what was acknowledged is stored once, and its episodes with it', async () => {
  await fc.assert(
    fc.asyncProperty(someCrashes, async (happenings) => {
      const world = { rules: [high] }
      const [story, calm] = [new OutageStory(world, DEVICES), new OutageStory(world, DEVICES)]
      await story.play(happenings)
      await calm.play(
        happenings.map((each) => (each.type === 'crash' ? { type: 'pause' } : asPause(each))),
      )
      expect(story.fatal).toEqual([])
      expect(storedIn(story)).toEqual(storedIn(calm))
      expect(essence(story.ledger.standing)).toEqual(essence(calm.ledger.standing))
      expect(story.quarantined).toHaveLength(payloads(story, true).length)
      expectRightCases(story.ledger, world)
    }),
    { numRuns: RUNS },
  )
}, 600_000)
