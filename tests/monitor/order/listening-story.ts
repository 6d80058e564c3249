import fc from 'fast-check'
import type { Device } from '#model/device.ts'
import { type EpochMs, plus, seconds } from '#model/time.ts'
import { batchOf, reading, START, startMonitor } from '#tests/monitor/fixtures.ts'
import type { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { inForce, type World } from './story.ts'

export const GRACE_S = 20
/** A beat vouches for what comes until the next one is due. */
export const VOUCHES_S = 15

/** A reading and when it comes, both in seconds. */
const someArrival = (devices: readonly Device[]) =>
  fc
    .record({
      of: fc.constantFrom(...devices),
      at: fc.nat(60).map((step) => step * 10),
      seq: fc.constantFrom(0, 0, 0, 1),
      delay: fc.oneof(
        { arbitrary: fc.constant(0), weight: 4 },
        { arbitrary: fc.nat(40).map((step) => step * 10), weight: 1 },
      ),
      level_mm: fc.nat(4),
    })
    .map(({ of, at, seq, delay, level_mm }) => ({
      comesAt: at + delay,
      item: reading(of, at, { level_mm }, seq),
    }))

/** What happens to the service: it beats, hangs for a while, or is gone for a while. */
const someMoment = fc.oneof(
  {
    arbitrary: fc.record({ type: fc.constant('beat'), after: fc.integer({ min: 1, max: 15 }) }),
    weight: 30,
  },
  { arbitrary: fc.record({ type: fc.constant('read'), after: fc.nat(15) }), weight: 8 },
  {
    arbitrary: fc.record({ type: fc.constant('hang'), after: fc.integer({ min: 10, max: 150 }) }),
    weight: 1,
  },
  {
    arbitrary: fc.record({ type: fc.constant('restart'), after: fc.integer({ min: 1, max: 150 }) }),
    weight: 2,
  },
)

/** Readings that come late or not, and what happens to the service meanwhile. */
export const someListening = (devices: readonly Device[], most = 40) =>
  fc.record({
    arrivals: fc.integer({ min: 1, max: most }).chain((length) =>
      fc.uniqueArray(someArrival(devices), {
        minLength: length,
        maxLength: length,
        selector: ({ item }) => `${item.device.id} ${item.measuredAt} ${item.seq}`,
      }),
    ),
    moments: fc.array(someMoment, { minLength: 20, maxLength: 60 }),
    tickFirst: fc.infiniteStream(fc.boolean()),
    mishaps: fc.infiniteStream(
      fc.constantFrom<('none' | 'before' | 'after')[]>('none', 'none', 'none', 'before', 'after'),
    ),
  })
type ListeningStory =
  ReturnType<typeof someListening> extends fc.Arbitrary<infer Value> ? Value : never

export const secondOf = (at: EpochMs): number => (at - START) / 1_000

export interface Span {
  readonly from: number
  readonly to: number
}

/** Plays a story; answers when it was listened, as was written down, and when it ended. */
export async function play(
  story: ListeningStory,
  ledger: MemoryLedger,
  world: World,
  devices: readonly Device[],
) {
  let now = 0
  const clock = { now: (): EpochMs => plus(START, seconds(now)) }
  const start = () =>
    startMonitor(ledger, world.rules, {
      inForce: inForce(world),
      clock,
      silenceGrace: seconds(GRACE_S),
      devices: { find: (id) => devices.find((each) => each.id === id), all: () => devices },
    })
  ledger.mishap = () => story.mishaps.next().value as 'none' | 'before' | 'after'
  const rest = story.arrivals.toSorted((a, b) => a.comesAt - b.comesAt)
  let monitor = await start()
  const take = async (until: number) => {
    const due = rest.findIndex(({ comesAt }) => comesAt > until)
    const came = rest.splice(0, due < 0 ? rest.length : due)
    if (came.length > 0) await monitor.process(batchOf(came.map(({ item }) => item)))
  }
  for (const { type, after } of story.moments) {
    now += after
    if (type === 'restart') {
      monitor = await start()
      continue
    }
    const isTickFirst = type === 'beat' && (story.tickFirst.next().value as boolean)
    if (isTickFirst) await monitor.tick()
    await take(now)
    if (type === 'beat' && !isTickFirst) await monitor.tick()
  }
  const latest = Math.max(now, ...story.arrivals.map(({ comesAt }) => comesAt))
  while (now < latest + 400) {
    now += 15
    await take(now)
    await monitor.tick()
  }
  const spans = [...ledger.spans].map(([from, to]) => ({ from: secondOf(from), to: secondOf(to) }))
  return { spans, end: now }
}
