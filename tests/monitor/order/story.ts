import fc from 'fast-check'
import { expect } from 'vitest'
import type { Episode, EpisodeRole } from '#model/episode.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { SEVERITIES } from '#model/rule.ts'
import { type EpochMs, hours, milliseconds, minutes, plus, seconds } from '#model/time.ts'
import type { CityData } from '#monitor/city-data.ts'
import { cityOf } from '#monitor/city-data.ts'
import type { Monitor, RulesInForce } from '#monitor/monitor.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import type { Devices, Surroundings } from '#monitor/ports.ts'
import { worstOf } from '#rules/fold.ts'
import { batchOf, CITY_DATA, nowhere, START, startMonitor } from '#tests/monitor/fixtures.ts'
import { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'

export const RUNS = propertyRuns(1_000)
export const LONG = 600_000

/** Of every history here: another one in each run, unless the run before is to be seen again. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31)
fc.configureGlobal({ seed: SEED })
console.info(`${RUNS} random histories of each property, PROPERTY_SEED=${SEED}`)

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
  /** What windows may take in memory, in bytes. */
  readonly room: number
}

export const identity = ({ device, measuredAt, seq }: Reading): string =>
  `${device.id} ${measuredAt} ${seq}`

export interface Size {
  readonly least?: number
  readonly most?: number
  readonly batch?: number
}

/** Left to itself fast-check would nearly always take a handful of readings. */
export const someReadings = (
  someReading: fc.Arbitrary<Reading>,
  { least = 1, most = 60 }: Size = {},
): fc.Arbitrary<readonly Reading[]> =>
  fc
    .integer({ min: least, max: most })
    .chain((length) =>
      fc.uniqueArray(someReading, { minLength: length, maxLength: length, selector: identity }),
    )

export const someStory = (
  readings: fc.Arbitrary<readonly Reading[]>,
  batch = 12,
): fc.Arbitrary<Story> =>
  fc.record({
    readings,
    arrival: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    repeats: fc.array(fc.nat(), { maxLength: 20 }),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: batch })),
    restarts: fc.infiniteStream(fc.boolean()),
    mishaps: fc.infiniteStream(
      fc.constantFrom<Mishap[]>('none', 'none', 'none', 'before', 'after'),
    ),
    // For none, for some of a device, for those of a device, for all.
    room: fc.constantFrom(0, 120, 400, Infinity),
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
  readonly surroundings?: Surroundings
  /** Everything comes long after it was measured, so that all of that time counts as listened to. */
  readonly isLate?: boolean
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

/** All readings were measured before; all that follows from them has come about. */
const END = plus(START, hours(12))
/** By then nobody has just been sending. */
const AFTER = plus(END, minutes(10))

interface Hands {
  at: EpochMs
}

/** The devices of some readings, registered from the beginning. */
const registryOf = (readings: readonly Reading[]): Devices => {
  const devices = new Map(readings.map((each) => [each.device.id, each.device]))
  return { find: (id) => devices.get(id), all: () => devices.values() }
}

const start = (
  ledger: MemoryLedger,
  world: World,
  devices: Devices,
  hands: Hands,
  windowsMaxBytes = Infinity,
): Promise<Monitor> =>
  startMonitor(ledger, world.rules, {
    devices,
    windowsMaxBytes,
    inForce: inForce(world),
    clock: { now: () => hands.at },
    surroundings: world.surroundings ?? nowhere,
  })

/** The same readings sorted, each once, in one batch. */
export async function foldedAtOnce(readings: readonly Reading[], world: World) {
  const ledger = new MemoryLedger()
  const hands = { at: END }
  const monitor = await start(ledger, world, registryOf(readings), hands)
  await monitor.process(batchOf(readings.toSorted(compareReadings)))
  hands.at = AFTER
  await monitor.tick()
  return ledger
}

/** The readings as they come in the story; `change` gives the world that is adopted after a batch. */
export async function foldedAsTheyCame(
  story: Story,
  world: World,
  change: (batch: number, ledger: MemoryLedger) => World | undefined = () => undefined,
) {
  const ledger = new MemoryLedger()
  ledger.mishap = () => story.mishaps.next().value as Mishap
  const rest = arriving(story)
  const hands = { at: world.isLate ? END : START }
  const devices = registryOf(story.readings)
  const pace = seconds(600 / rest.length)
  let now = world
  const begin = (): Promise<Monitor> => start(ledger, now, devices, hands, story.room)
  let monitor = await begin()
  for (let batch = 0; rest.length > 0; batch++) {
    const size = story.sizes.next().value as number
    if (!world.isLate) hands.at = plus(hands.at, milliseconds(pace * size))
    await monitor.process(batchOf(rest.splice(0, size)))
    const other = change(batch, ledger)
    if (other) await monitor.adopt(inForce(other))
    now = other ?? now
    if (story.restarts.next().value) monitor = await begin()
  }
  hands.at = AFTER
  await monitor.tick()
  return ledger
}

const second = (at: EpochMs | null): string => (at === null ? '…' : `${(at - START) / 1_000}s`)

/** What episodes say, in seconds, but for what only tells when we heard of them. */
export function essence(episodes: readonly Episode[]): readonly string[] {
  const ids = new Map(episodes.map((each) => [each.id, each]))
  return episodes.map((each) => essenceOf(each, ids.get(each.groupId ?? ''))).sort()
}

function essenceOf(episode: Episode, group: Episode | undefined): string {
  const { ruleId, deviceId, role, groupId, scope, severity } = episode
  const { startedAt, confirmedAt, endedAt, clearedAt } = episode
  const span = [startedAt, confirmedAt, endedAt, clearedAt].map(second).join(' ')
  const grades = episode.grades.map(({ at, severity: then }) => `${second(at)} ${then}`).join(', ')
  const evidence = episode.evidence.map(({ measuredAt, seq, values }) =>
    JSON.stringify([second(measuredAt), seq, values]),
  )
  const of = group ? `in ${group.scope} ${second(group.startedAt)}` : (groupId ?? 'in none')
  return `${ruleId} ${deviceId} ${role} ${of} ${scope}: ${span}; ${severity}, ${grades}; ${evidence.join(' ')}`
}

/** That both ledgers tell the same, and that cases follow from what they tell. */
export function expectTheSame(ledger: MemoryLedger, expected: MemoryLedger, world: World): void {
  expect(essence(ledger.standing)).toEqual(essence(expected.standing))
  expect(objectsOf(ledger, world)).toEqual(objectsOf(expected, world))
  expectRightCases(ledger, world)
}

/** What open cases are about. That of a cluster keeps the name of the device that led it at first. */
const objectsOf = ({ cases }: MemoryLedger, { rules }: World): readonly string[] =>
  cases.open
    .filter(({ ruleId }) =>
      rules.every(({ rule: { id, neighbours } }) => id !== ruleId || !neighbours),
    )
    .map(({ objectId, phenomenon }) => `${objectId} ${phenomenon}`)
    .sort()

/**
 * Every episode that asks for a case has asked once in each time of standing alone, and has a case
 * that is at least as bad as it ever was.
 */
export function expectRightCases(
  { standing, stored, cases }: MemoryLedger,
  { rules }: World,
): void {
  const asking = (ofRule: string, role: EpisodeRole): boolean =>
    rules.some(({ rule: { id, outcome, mass } }) => {
      const its = role === 'group' && mass ? mass.outcome : outcome
      return id === ofRule && its.case !== 'none'
    })
  for (const [id, times] of cases.timesAlone) {
    const { ruleId, role } = stored.get(id) ?? { ruleId: '', role: 'member' }
    const due = asking(ruleId, role === 'group' ? 'group' : 'single') ? times : 0
    expect([ruleId, role, cases.askedBy.get(id) ?? 0]).toEqual([ruleId, role, due])
  }
  const alive = new Set<string | undefined>()
  for (const episode of standing) {
    if (episode.role === 'member' || !asking(episode.ruleId, episode.role)) continue
    const own = cases.of(episode.id)
    expect(own?.state).toBe('reported')
    alive.add(own?.id)
    const [is, was] = [own?.severity ?? 'notice', worstOf(episode)].map((each) =>
      SEVERITIES.indexOf(each),
    )
    expect(is).toBeGreaterThanOrEqual(was ?? 0)
  }
  expect(new Set(cases.open.map(({ id }) => id))).toEqual(alive)
}

/** The promise, for some readings and some rules. */
export const keepsItsPromise = (
  readings: fc.Arbitrary<readonly Reading[]>,
  world: World,
  { batch, runs = RUNS }: { readonly batch?: number; readonly runs?: number } = {},
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(someStory(readings, batch), async (story) => {
      const expected = await foldedAtOnce(story.readings, world)
      const ledger = await foldedAsTheyCame(story, world)
      expectTheSame(ledger, expected, world)
      expect(ledger.duplicates).toBe(story.repeats.length)
    }),
    { numRuns: runs },
  )
