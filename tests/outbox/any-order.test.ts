import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hours, milliseconds } from '#model/time.ts'
import type { Dispatcher } from '#outbox/dispatcher.ts'
import type { Outbox } from '#outbox/ports.ts'
import { createOutbox } from '#store/outbox/outbox.ts'
import type { WrittenEvent } from './case-writer.ts'
import { eachWithOutbox, LEASE, type OutboxWorld } from './outbox-fixture.ts'
import { type Reply, refused, taken } from './receiver.ts'

const it = eachWithOutbox()

const CASES = 3
const DISPATCHERS = 3

/** What the other system does with an attempt. */
const REPLIES: Readonly<Record<string, Reply>> = {
  taken,
  failing: refused(500),
  busy: refused(503, '', { 'retry-after': '30' }),
  gone: (_notice, response) => void response.destroy(),
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ write: fc.nat(CASES - 1), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ run: fc.uniqueArray(fc.nat(DISPATCHERS - 1), { minLength: 1 }) }),
  },
  // Dies after so many more things it does to the outbox.
  { weight: 2, arbitrary: fc.record({ kill: fc.nat(DISPATCHERS - 1), after: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ move_s: fc.integer({ min: 1, max: 120 }) }) },
  { weight: 1, arbitrary: fc.constant({ replayDead: true as const }) },
)
const replies = fc.array(fc.constantFrom(...Object.keys(REPLIES)), { maxLength: 30 })

/** An outbox whose user dies after so many uses: what it had begun in the last one may be done or not. */
function mortal(outbox: Outbox) {
  let left = Number.POSITIVE_INFINITY
  const lived = async <Result>(use: () => Promise<Result>): Promise<Result> => {
    if (left <= 0) throw new Error('dead')
    left -= 1
    const isLast = left <= 0
    const result = await use()
    if (isLast) throw new Error('dead before it knew')
    return result
  }
  const dying: Outbox = {
    claim: (request) => lived(() => outbox.claim(request)),
    bringForward: (now, until) => lived(() => outbox.bringForward(now, until)),
    settle: (claimed, outcome) => lived(() => outbox.settle(claimed, outcome)),
    release: (claimed, now) => lived(() => outbox.release(claimed, now)),
    disable: (id, because, now) => lived(() => outbox.disable(id, because, now)),
  }
  return { outbox: dying, dieAfter: (uses: number) => (left = uses) }
}

/** The first time each notice came, in that order. */
const firstOf = (world: OutboxWorld, path: string): string[] => [
  ...new Set(world.receiver.received.filter((each) => each.path === path).map(({ id }) => id)),
]

test('whatever fails and dies, everything comes, of each case in order, and says the same each time', async () => {
  const { world } = it
  const outbox = createOutbox(world.pool)
  const start = () => {
    const { outbox: dying, dieAfter } = mortal(outbox)
    return { dispatcher: world.newDispatcher({ outbox: dying, perHook: 2 }), dieAfter }
  }
  const run = (some: readonly Dispatcher[]) =>
    Promise.all(
      some.map(async (dispatcher) => {
        await Promise.allSettled([dispatcher.round()])
        await dispatcher.idle()
      }),
    )

  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      replies,
      async (steps, given) => {
        await world.pool.query('delete from webhook')
        world.receiver.received.length = 0
        const hooks = [
          await world.hook(),
          await world.hook({ url: world.receiver.url.replace('notices', 'second') }),
        ]
        const answers = given.values()
        world.receiver.reply = (notice, response) => {
          const name = answers.next().value ?? 'taken'
          REPLIES[name]?.(notice, response)
        }
        const team = Array.from({ length: DISPATCHERS }, start)
        const written: WrittenEvent[][] = []
        const writing: Promise<unknown>[] = []
        for (const each of steps) {
          if ('write' in each) {
            const { write, count } = each
            const known = (written[write] ??= [await world.cases.open()])
            const more = Array.from({ length: count }, () => ({}))
            known.push(...(await world.cases.write(known[0]?.caseId ?? '', more)))
          } else if ('run' in each) {
            // Not waited for: the next steps come while these send.
            writing.push(run(each.run.map((index) => (team[index] ??= start()).dispatcher)))
          } else if ('kill' in each) {
            team[each.kill]?.dieAfter(each.after)
            writing.push(run([(team[each.kill] ??= start()).dispatcher]))
            team[each.kill] = start()
          } else if ('move_s' in each) world.move(milliseconds(each.move_s * 1_000))
          else for (const { webhook } of hooks) await world.desk.replayDead(webhook.id)
        }
        await Promise.all(writing)
        for (let round = 0; (await open(world)) > 0; round++) {
          expect(round).toBeLessThan(200)
          world.move(milliseconds(Math.max(LEASE, hours(1))))
          for (const { webhook } of hooks) await world.desk.replayDead(webhook.id)
          await run([start().dispatcher])
        }
        for (const path of ['/notices', '/second']) {
          const came = firstOf(world, path)
          const expected = written.flat().map(({ id }) => id)
          expect(new Set(came)).toEqual(new Set(expected))
          for (const events of written.filter(Boolean)) {
            const ids = events.map(({ id }) => id)
            expect(came.filter((id) => ids.includes(id))).toEqual(ids)
          }
        }
        const bodies = new Set(world.receiver.received.map(({ id, body }) => `${id} ${body}`))
        expect(bodies.size).toBe(new Set(world.receiver.ids).size)
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 15) },
  )
}, 60_000)

async function open({ pool }: OutboxWorld): Promise<number> {
  const { rows } = await pool.query<{ open: number }>(
    `select (select count(*) from webhook_delivery where state in ('pending', 'dead'))
       + (select count(*) from webhook_lane) as open`,
  )
  return rows[0]?.open ?? 0
}
