import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { epochMs, seconds } from '#model/time.ts'
import { CaseWriter, type WrittenEvent } from '#tests/outbox/case-writer.ts'
import type { ChildOrders } from '#tests/outbox/dispatcher-child.ts'
import { eachWithOutbox, LEASE, type OutboxWorld } from '#tests/outbox/outbox-fixture.ts'
import { refused, taken } from '#tests/outbox/receiver.ts'

/** `CHAOS=full vitest run tests/chaos/notices.test.ts` is the long form; every test run has the short one. */
const FULL = process.env['CHAOS'] === 'full'
const KILLS = FULL ? 100 : 6
const CHILDREN = 2
const CASES = 6
const SCRIPT = path.join(import.meta.dirname, '..', 'outbox', 'dispatcher-child.ts')

const it = eachWithOutbox()

function start(world: OutboxWorld, orders: Omit<ChildOrders, 'url'>) {
  const child = spawn(
    process.execPath,
    [SCRIPT, JSON.stringify({ ...orders, url: world.test.url })],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  return { child, ready: once(child.stdout, 'data'), ended: endOf(child) }
}

async function endOf(child: ChildProcess): Promise<number | string | null> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal ?? code
}

async function isEmpty({ pool }: OutboxWorld): Promise<boolean> {
  const { rows } = await pool.query('select from webhook_lane limit 1')
  return rows.length === 0
}

async function drained(world: OutboxWorld): Promise<boolean> {
  await world.run()
  return isEmpty(world)
}

/** What is wrong with what came, in words: nothing lost, in order, and the same each time. */
function faultsOf(
  { receiver }: OutboxWorld,
  cases: readonly (readonly WrittenEvent[])[],
): string[] {
  const first = [...new Set(receiver.ids)]
  const faults: string[] = []
  for (const events of cases) {
    const ids = events.map(({ id }) => id)
    const came = first.filter((id) => ids.includes(id))
    if (came.length < ids.length) faults.push(`${ids.length - came.length} lost`)
    else if (came.join() !== ids.join()) faults.push('out of order')
  }
  const texts = new Set(receiver.received.map(({ id, body }) => `${id} ${body}`))
  if (texts.size !== first.length) faults.push('one id with two bodies')
  if (first.length > cases.flat().length) faults.push('what never happened')
  return faults
}

test('killed after any single step, a dispatcher has lost nothing and doubled nothing but its id', async () => {
  const { world } = it
  await world.hook()
  const cases: WrittenEvent[][] = []
  let kills = 0
  for (let dieAfter = 1; ; dieAfter++) {
    const opened = await world.cases.open()
    cases.push([opened, ...(await world.cases.write(opened.caseId, [{}]))])
    const now = world.clock.now()
    const { ended } = start(world, { now, lease: LEASE, perHook: 1, dieAfter })
    const end = await ended
    // The next process finds what the dead one left, when its claim has run out.
    world.move(LEASE)
    // The server may take a moment to notice that a connection with a transaction is gone.
    await expect.poll(() => drained(world), { interval: 20 }).toBe(true)
    expect(faultsOf(world, cases), `killed after step ${dieAfter}`).toEqual([])
    expect(new Set(await world.states())).toEqual(new Set(['1 delivered', '2 delivered']))
    if (end !== 'SIGKILL') break
    kills += 1
  }
  // Two claims, two sends, two notings of seven and six statements, and a look for more.
  expect(kills).toBeGreaterThan(15)
  const repeats = world.receiver.received.length - cases.flat().length
  expect(repeats).toBeLessThanOrEqual(kills)
  console.log(`${kills} kills, one after each step: 0 lost, ${repeats} came again under their id`)
}, 90_000)

test(
  'killed at any moment, several at work, they lose nothing and keep the order',
  async () => {
    const { world } = it
    await world.hook()
    let count = 0
    // One in four is not taken, or is and nobody says so.
    world.receiver.reply = (notice, response) => {
      count += 1
      if (count % 8 === 0) refused(500)(notice, response)
      else if (count % 8 === 4) response.destroy()
      else taken(notice, response)
    }
    const orders = { now: null, lease: seconds(1), perHook: 4, dieAfter: null }
    const writer = new CaseWriter(world.pool, () => epochMs(Date.now()))
    const cases: WrittenEvent[][] = []
    const enough = new AbortController()
    const writing = (async () => {
      for (let index = 0; index < CASES; index++) cases.push([await writer.open()])
      for (let index = 0; !enough.signal.aborted; index = (index + 1) % CASES) {
        const known = cases[index] as WrittenEvent[]
        known.push(...(await writer.write(known[0]?.caseId ?? '', [{}, {}])))
        await sleep(5)
      }
    })()
    const children = Array.from({ length: CHILDREN }, () => start(world, orders))
    for (let kill = 0; kill < KILLS; kill++) {
      const index = kill % CHILDREN
      const victim = children[index] as (typeof children)[number]
      await victim.ready
      await sleep(Math.random() * 300)
      victim.child.kill('SIGKILL')
      await victim.ended
      children[index] = start(world, orders)
    }
    enough.abort()
    await writing
    await expect.poll(() => isEmpty(world), { timeout: 60_000, interval: 50 }).toBe(true)
    for (const { child } of children) child.kill('SIGKILL')
    await Promise.all(children.map(({ ended }) => ended))
    expect(faultsOf(world, cases)).toEqual([])
    const sent = world.receiver.received.length
    const notices = cases.flat().length
    console.log(
      `${KILLS} kills at any moment: ${notices} notices, 0 lost, ${sent - notices} came again`,
    )
  },
  FULL ? 600_000 : 90_000,
)
