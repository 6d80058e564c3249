import fc from 'fast-check'
import { expect } from 'vitest'
import type { Episode } from '#model/episode.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { SEVERITIES } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import type { CityData } from '#monitor/city-data.ts'
import { cityOf } from '#monitor/city-data.ts'
import type { Monitor, RulesInForce } from '#monitor/monitor.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import { worstOf } from '#rules/fold.ts'
import { batchOf, CITY_DATA, START, startMonitor } from '#tests/monitor/fixtures.ts'
import { MemoryLedger } from '#tests/monitor/memory-ledger.ts'

/** As often as is asked for, and no fewer than ten thousand times where nothing is. */
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 10_000)
export const LONG = 600_000

type Mishap = 'none' | 'before' | 'after'

/** Some readings, and one of the ways in which they may come. */
export interface Story {
  readonly readings: readonly Reading[]
  /** For each that arrives, when: by this they are sorted. */
  readonly arrival: fc.Stream<number>
  /** Which of them come once more. */
  readonly repeats: readonly number[]
  readonly sizes: fc.Stream<number>
  readonly restarts: fc.Stream<boolean>
  readonly mishaps: fc.Stream<Mishap>
}

const identity = ({ device, measuredAt, seq }: Reading): string =>
  `${device.id} ${measuredAt} ${seq}`

/** Left to itself fast-check would nearly always take a handful of readings. */
export const someStory = (
  someReading: fc.Arbitrary<Reading>,
  { most = 60, batch = 12, least = 1 } = {},
): fc.Arbitrary<Story> =>
  fc.record({
    readings: fc
      .integer({ min: least, max: most })
      .chain((length) =>
        fc.uniqueArray(someReading, { minLength: length, maxLength: length, selector: identity }),
      ),
    arrival: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    repeats: fc.array(fc.nat(), { maxLength: 20 }),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: batch })),
    restarts: fc.infiniteStream(fc.boolean()),
    mishaps: fc.infiniteStream(
      fc.constantFrom<Mishap[]>('none', 'none', 'none', 'before', 'after'),
    ),
  })

/** The readings of a story in the order in which they come, repeats among them. */
export const arriving = ({ readings, repeats, arrival }: Story): Reading[] =>
  [...readings, ...repeats.map((n) => readings[n % readings.length] as Reading)]
    .map((item) => ({ item, at: arrival.next().value as number }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

export interface World {
  readonly rules: readonly RuleInForce[]
  readonly data?: CityData
}

const made = new WeakMap<World, RulesInForce>()

/** Rules and city of a world, made ready once. */
export function inForce(world: World): RulesInForce {
  const known = made.get(world)
  if (known) return known
  const { rules, data = CITY_DATA } = world
  const fresh = { rules, city: cityOf(data) }
  made.set(world, fresh)
  return fresh
}

const start = (ledger: MemoryLedger, world: World): Promise<Monitor> =>
  startMonitor(ledger, world.rules, { inForce: inForce(world) })

/** The same readings sorted, each once, in one batch. */
export async function foldedAtOnce(readings: readonly Reading[], world: World) {
  const ledger = new MemoryLedger()
  const monitor = await start(ledger, world)
  await monitor.process(batchOf(readings.toSorted(compareReadings)))
  return ledger
}

/** The readings as they come in the story. */
export async function foldedAsTheyCame(story: Story, world: World) {
  const ledger = new MemoryLedger()
  ledger.mishap = () => story.mishaps.next().value as Mishap
  const rest = arriving(story)
  let monitor = await start(ledger, world)
  while (rest.length > 0) {
    await monitor.process(batchOf(rest.splice(0, story.sizes.next().value as number)))
    if (story.restarts.next().value) monitor = await start(ledger, world)
  }
  return ledger
}

const second = (at: EpochMs | null): string => (at === null ? '…' : `${(at - START) / 1_000}s`)

/** What an episode says, in seconds, but for what only tells when we heard of it. */
export const essence = (episodes: readonly Episode[]): readonly string[] =>
  episodes
    .map(
      ({ ruleId, deviceId, role, scope, startedAt, confirmedAt, endedAt, clearedAt, ...rest }) => {
        const { severity, grades, evidence } = rest
        const span = [startedAt, confirmedAt, endedAt, clearedAt].map(second).join(' ')
        const of = grades.map((grade) => `${second(grade.at)} ${grade.severity}`).join(', ')
        const shown = evidence.map(({ measuredAt, seq, values }) => [
          second(measuredAt),
          seq,
          values,
        ])
        return `${ruleId} ${deviceId} ${role} ${scope}: ${span}; ${severity}, ${of}; ${JSON.stringify(shown)}`
      },
    )
    .sort()

/** That both ledgers tell the same, and that cases follow from what they tell. */
export function expectTheSame(ledger: MemoryLedger, expected: MemoryLedger): void {
  expect(essence(ledger.standing)).toEqual(essence(expected.standing))
  expect(ledger.cases.open).toEqual(expected.cases.open)
  expectRightCases(ledger)
}

/** Every episode that stands alone has asked once and has a case that is as bad as it ever was. */
export function expectRightCases({ standing, stored, cases }: MemoryLedger): void {
  for (const [id, times] of cases.askedBy)
    expect([stored.get(id)?.ruleId, times]).toEqual([stored.get(id)?.ruleId, 1])
  for (const episode of standing) {
    if (!cases.askedBy.has(episode.id)) continue
    const own = cases.of(episode.id)
    expect(own?.state).toBe('reported')
    const [is, was] = [own?.severity ?? 'notice', worstOf(episode)].map((each) =>
      SEVERITIES.indexOf(each),
    )
    expect(is).toBeGreaterThanOrEqual(was ?? 0)
  }
}

/** The promise, for some readings and some rules. */
export const keepsItsPromise = (
  someReading: fc.Arbitrary<Reading>,
  world: World,
  { runs = RUNS, ...size }: { runs?: number; most?: number; batch?: number; least?: number } = {},
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(someStory(someReading, size), async (story) => {
      const expected = await foldedAtOnce(story.readings, world)
      const ledger = await foldedAsTheyCame(story, world)
      expectTheSame(ledger, expected)
      expect(ledger.duplicates).toBe(story.repeats.length)
    }),
    { numRuns: runs },
  )
