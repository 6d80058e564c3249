import { expect, test } from 'vitest'
import { days, minus } from '#model/time.ts'
import { eachWithOutbox, type OutboxWorld, RETRY } from './outbox-fixture.ts'
import { refused, taken } from './receiver.ts'

const it = eachWithOutbox()

/** A case whose first notice was given up, with two behind it. */
async function deadCase(world: OutboxWorld) {
  world.receiver.reply = refused(500)
  const opened = await world.cases.open()
  const behind = await world.cases.write(opened.caseId, [{}, {}])
  await world.run()
  world.move(RETRY.giveUpAfter)
  await world.run()
  world.receiver.reply = taken
  world.receiver.received.length = 0
  return { opened, ids: [opened, ...behind].map(({ id }) => id) }
}

test('a dead letter that is sent again goes first, with new patience', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const { opened, ids } = await deadCase(world)
  expect(await world.states()).toEqual(['1 dead', '2 pending', '3 pending'])
  world.receiver.reply = refused(500)
  const replayed = await world.desk.replay(webhook.id, opened.id)
  expect(replayed).toMatchObject({ state: 'pending', attempts: 0, firstAttemptAt: null })
  await world.run()
  expect((await world.all())[0]).toMatchObject({ state: 'pending', attempts: 1 })
  world.receiver.reply = taken
  world.move(RETRY.first)
  await world.run()
  expect(world.receiver.ids).toEqual([opened.id, ...ids])
})

test('a dead letter that is discarded lets those behind it go on', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const { opened, ids } = await deadCase(world)
  const discarded = await world.desk.discard(webhook.id, opened.id)
  expect(discarded).toMatchObject({ state: 'discarded', settledAt: world.clock.now() })
  await world.run()
  expect(world.receiver.ids).toEqual(ids.slice(1))
  await expect(world.desk.discard(webhook.id, opened.id)).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('all dead letters of a hook are sent again, of no other', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const other = (await world.hook()).webhook.id
  await deadCase(world)
  await deadCase(world)
  expect(await world.desk.replayDead(webhook.id)).toBe(2)
  await world.run()
  expect((await world.hooks.get(webhook.id)).dead).toBe(0)
  expect((await world.hooks.get(other)).dead).toBe(2)
  expect(world.receiver.received).toHaveLength(6)
  expect(await world.desk.discardDead(other)).toBe(2)
  await world.run()
  expect(world.receiver.received).toHaveLength(10)
})

test('a single notice that was delivered is sent again without the others', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const opened = await world.cases.open()
  const [second] = await world.cases.write(opened.caseId, [{}])
  await world.run()
  await world.desk.replay(webhook.id, opened.id)
  await world.run()
  expect(world.receiver.ids).toEqual([opened.id, second?.id, opened.id])
  expect(await world.states()).toEqual(['1 delivered', '2 delivered'])
})

test('a hook that is new is told of a case from its beginning when somebody asks', async () => {
  const { world } = it
  const opened = await world.cases.open()
  const more = await world.cases.write(opened.caseId, [{ type: 'filed' }, { type: 'noted' }])
  const { webhook } = await world.hook({ eventTypes: ['opened', 'filed'] })
  expect(await world.desk.replayCase(webhook.id, opened.caseId, 1)).toBe(2)
  await world.run()
  expect(world.receiver.ids).toEqual([opened.id, more[0]?.id])
  await expect(world.desk.replayCase(webhook.id, webhook.id, 1)).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('a case is told again from a sequence on, through a dead letter too', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const { opened, ids } = await deadCase(world)
  await world.desk.discard(webhook.id, opened.id)
  await world.run()
  expect(await world.desk.replayCase(webhook.id, opened.caseId, 1)).toBe(3)
  await world.run()
  expect(world.receiver.ids).toEqual([...ids.slice(1), ...ids])
})

test('an older notice that is sent again stops at the dead letter it meets', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const opened = await world.cases.open()
  await world.run()
  world.receiver.reply = refused(500)
  const [second] = await world.cases.write(opened.caseId, [{}, {}])
  await world.run()
  world.move(RETRY.giveUpAfter)
  await world.run()
  world.receiver.reply = taken
  await world.desk.replay(webhook.id, opened.id)
  await world.run()
  expect(await world.states()).toEqual(['1 delivered', '2 dead', '3 pending'])
  await world.desk.discard(webhook.id, second?.id ?? '')
  await world.run()
  expect(await world.states()).toEqual(['1 delivered', '2 discarded', '3 delivered'])
})

test('what is discarded while it is under way stays so', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const { id, caseId } = await world.cases.open()
  let answer = (): void => undefined
  world.receiver.reply = (notice, response) => {
    answer = () => taken(notice, response)
  }
  const sending = world.newDispatcher()
  await sending.round()
  await world.receiver.until(1)
  await world.desk.discard(webhook.id, id)
  world.receiver.reply = taken
  await world.cases.write(caseId, [{}])
  answer()
  await sending.idle()
  await world.run()
  expect(await world.states()).toEqual(['1 discarded', '2 delivered'])
})

test('a hook that is removed takes all of its own with it', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  await deadCase(world)
  await world.hooks.remove(webhook.id)
  for (const table of ['webhook', 'webhook_delivery', 'webhook_lane']) {
    const { rows } = await world.pool.query(`select from ${table}`)
    expect(rows, table).toEqual([])
  }
})

test('what was settled is forgotten after its time, and what waits never', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const old = await world.cases.open()
  await world.run()
  const { opened } = await deadCase(world)
  world.move(days(100))
  const fresh = await world.cases.open()
  await world.run()
  const now = world.clock.now()
  await world.hooks.tidy(minus(now, days(90)), now)
  const kept = (await world.all()).map(({ caseId }) => caseId)
  expect(kept).toEqual([opened.caseId, opened.caseId, opened.caseId, fresh.caseId])
  // The events are still there, and so can be told again.
  expect(await world.desk.replayCase(webhook.id, old.caseId, 1)).toBe(1)
})

test('an event that is written while its hook is removed waits for that and is kept', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const client = await world.pool.connect()
  await client.query('begin')
  await client.query('delete from webhook where id = $1', [webhook.id])
  const writing = world.cases.open()
  await untilWaiting(world)
  await client.query('commit')
  client.release()
  const { caseId } = await writing
  expect(await world.states()).toEqual([])
  const { rows } = await world.pool.query('select from case_event where case_id = $1', [caseId])
  expect(rows).toHaveLength(1)
})

test('an event that comes while the one before it is settled is not forgotten', async () => {
  const { world } = it
  await world.hook()
  const { caseId } = await world.cases.open()
  // Whoever settles has the lane, and has seen nothing behind its head.
  const client = await world.pool.connect()
  await client.query('begin')
  await client.query('select from webhook_lane for update')
  const writing = world.cases.write(caseId, [{}])
  await untilWaiting(world)
  await client.query(`update webhook_delivery set state = 'delivered' where sequence = 1`)
  await client.query('delete from webhook_lane')
  await client.query('commit')
  client.release()
  await writing
  await world.run()
  expect(await world.states()).toEqual(['1 delivered', '2 delivered'])
})

test('a notice is settled after the event that came meanwhile, and sees it', async () => {
  const { world } = it
  await world.hook()
  const { caseId } = await world.cases.open()
  let answer = (): void => undefined
  world.receiver.reply = (notice, response) => {
    answer = () => taken(notice, response)
  }
  await world.dispatcher.round()
  await world.receiver.until(1)
  world.receiver.reply = taken
  const writer = await world.pool.connect()
  await writer.query('begin')
  await world.cases.write(caseId, [{}], writer)
  answer()
  await untilWaiting(world)
  await writer.query('commit')
  writer.release()
  await world.dispatcher.idle()
  await world.run()
  expect(await world.states()).toEqual(['1 delivered', '2 delivered'])
})

/** Until some statement waits for a lock. */
async function untilWaiting({ pool }: OutboxWorld): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await pool.query(
          `select from pg_stat_activity
           where wait_event_type = 'Lock' and datname = current_database()`,
        )
        return rows.length
      },
      { interval: 5 },
    )
    .toBe(1)
}
