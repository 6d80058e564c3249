import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { plus, seconds } from '#model/time.ts'
import {
  batchOf,
  CITY_DATA,
  device,
  reading,
  rule,
  START,
  startMonitor,
} from '#tests/monitor/fixtures.ts'
import { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { GRACE_S, play, type Span, secondOf, someListening, VOUCHES_S } from './listening-story.ts'
import { expectRightCases, inForce, LONG, RUNS } from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
// Readings begin at 08:00 of the city.
const windows = [
  { days: null, from: 8 * 60 + 1, to: 8 * 60 + 3 },
  { days: null, from: 8 * 60 + 5, to: 8 * 60 + 9 },
]
/** Seconds without a word, and whether only in those hours. */
const SILENCES = [
  { id: 'short', limit_s: 45, inHours: false },
  { id: 'three-intervals', limit_s: 90, inHours: false },
  { id: 'in-hours', limit_s: 60, inHours: true },
] as const

const world = {
  data: CITY_DATA,
  rules: [
    rule({ id: 'short', silent: { span: seconds(45) }, outcome: OUTCOME }),
    rule({ id: 'three-intervals', silent: { intervals: 3 } }),
    rule({
      id: 'in-hours',
      silent: { span: seconds(60) },
      schedule: { not: false, schedule: { windows, seasons: null } },
      outcome: OUTCOME,
    }),
    rule({ id: 'high', when: 'level_mm > 2.0', hold: seconds(20) }),
  ],
}

const DEVICES = ['a', 'b', 'c'].map((id) =>
  device(id, 'manhole-cover', { reportingInterval: seconds(30) }),
)

/** Second by second: from when on there was silence after `last`, or never by the end. */
function silentFrom(
  last: number,
  { limit_s, inHours }: (typeof SILENCES)[number],
  spans: readonly Span[],
  end: number,
) {
  const isListened = (second: number) =>
    spans.some(
      ({ from, to }, index) =>
        (index === 0 || second > from + GRACE_S) &&
        (index === spans.length - 1 || second <= to + VOUCHES_S),
    )
  const isInHours = (second: number) =>
    windows.some(({ from, to }) => second / 60 + 8 * 60 >= from && second / 60 + 8 * 60 < to)
  let heard = 0
  for (let second = last + 1; second < end; second++) {
    heard = isListened(second) ? heard + 1 : 0
    if (heard < limit_s) continue
    for (let at = second; at < end; at++) if (!inHours || isInHours(at)) return at
  }
  return undefined
}

/** What should be found, the plain way. */
function silences(readings: readonly Reading[], spans: readonly Span[], end: number): string[] {
  return SILENCES.flatMap((each) =>
    DEVICES.flatMap(({ id }: Device) => {
      const own = readings.filter((one) => one.device.id === id).toSorted(compareReadings)
      return own.flatMap(({ measuredAt }, index) => {
        const last = (measuredAt - START) / 1_000
        const next = own[index + 1]
        const until = next ? (next.measuredAt - START) / 1_000 : null
        const from = silentFrom(last, each, spans, until ?? end)
        return from === undefined ? [] : [`${each.id} ${id}: ${last} ${from} ${until} ${until}`]
      })
    }),
  ).sort()
}

const told = (episodes: readonly Episode[]): string[] =>
  episodes
    .filter(({ ruleId }) => ruleId !== 'high')
    .map(
      ({ ruleId, deviceId, startedAt, confirmedAt, endedAt, clearedAt }) =>
        `${ruleId} ${deviceId}: ${[startedAt, confirmedAt, endedAt, clearedAt].map((at) => (at === null ? 'null' : secondOf(at))).join(' ')}`,
    )
    .sort()

test(
  'silences are those of what was measured and of when it was listened, whatever comes late',
  async () => {
    await fc.assert(
      fc.asyncProperty(someListening(DEVICES, 24), async (story) => {
        const ledger = new MemoryLedger()
        const { spans, end } = await play(story, ledger, world, DEVICES)
        const readings = story.arrivals.map(({ item }) => item)
        expect(told(ledger.standing)).toEqual(silences(readings, spans, end))
        expectRightCases(ledger, world)
      }),
      { numRuns: RUNS },
    )
  },
  LONG,
)

test('a device that has just been sending is not silent, however old what it sends is', async () => {
  const ledger = new MemoryLedger()
  const [of] = DEVICES
  if (!of) throw new Error('there is a device')
  let now = 1_000
  const monitor = await startMonitor(ledger, world.rules, {
    inForce: inForce(world),
    clock: { now: () => plus(START, seconds(now)) },
    devices: { find: () => of, all: () => [of] },
  })
  for (let old = 0; old < 400; old += 20) {
    now += 10
    await monitor.process(batchOf([reading(of, old, { level_mm: 1 })]))
    await monitor.tick()
  }
  // Each of the silences is found when nothing came for as long by our clock either.
  for (const found of [0, 0, 0, 0, 0, 1, 1, 2, 2, 2]) {
    expect(ledger.stored.size).toBe(found)
    now += 10
    await monitor.tick()
  }
  expect(told(ledger.standing)).toEqual([
    'in-hours a: 380 440 null null',
    'short a: 380 425 null null',
    'three-intervals a: 380 470 null null',
  ])
})
