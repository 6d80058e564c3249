import { expect, test } from 'vitest'
import { hours, milliseconds, minutes, plus, seconds } from '#model/time.ts'
import { createOutbox } from '#store/outbox/outbox.ts'
import { eachWithOutbox, LEASE, RETRY } from './outbox-fixture.ts'
import { refused, taken } from './receiver.ts'

const it = eachWithOutbox()

test('every event of a case reaches the other system, in order', async () => {
  const { world } = it
  await world.hook()
  const opened = await world.cases.open()
  const more = await world.cases.write(opened.caseId, [{ type: 'accepted' }, { type: 'filed' }])
  await world.run()
  expect(world.receiver.ids).toEqual([opened, ...more].map(({ id }) => id))
  expect(await world.states()).toEqual(['1 delivered', '2 delivered', '3 delivered'])
})

test('without a hook, or with a disabled one, nothing is written', async () => {
  const { world } = it
  await world.hook({ enabled: false })
  await world.cases.open()
  expect(await world.states()).toEqual([])
})

test('an event that is undone tells nobody', async () => {
  const { world } = it
  await world.hook()
  const { caseId } = await world.cases.open()
  const client = await world.pool.connect()
  await client.query('begin')
  await world.cases.write(caseId, [{}], client)
  await client.query('rollback')
  client.release()
  await world.run()
  expect(world.receiver.received).toHaveLength(1)
})

test('a failure is tried again ever more rarely, and holds the case but no other', async () => {
  const { world } = it
  await world.hook()
  world.receiver.reply = refused(500, 'out of order')
  const first = await world.cases.open()
  const [second] = await world.cases.write(first.caseId, [{}])
  await world.run()
  expect(world.receiver.ids).toEqual([first.id])
  world.receiver.reply = taken
  const other = await world.cases.open()
  await world.run()
  expect(world.receiver.ids).toEqual([first.id, other.id])
  expect((await world.all({ caseId: first.caseId }))[0]).toMatchObject({
    state: 'pending',
    attempts: 1,
    lastStatus: 500,
    lastError: 'HTTP 500: out of order',
    waitingBehind: 1,
  })
  world.move(RETRY.first)
  await world.run()
  expect(world.receiver.ids.slice(2)).toEqual([first.id, second?.id])
})

test('pauses double up to the longest, each from the upper half of its span', async () => {
  const { world } = it
  await world.hook()
  world.receiver.reply = refused(500)
  await world.cases.open()
  await world.run()
  for (let attempt = 1; attempt <= 15; attempt++) {
    const [delivery] = await world.all()
    const pause = (delivery?.nextAttemptAt ?? 0) - (delivery?.lastAttemptAt ?? 0)
    const most = Math.min(RETRY.longest, RETRY.first * 2 ** (attempt - 1))
    expect(pause).toBeGreaterThanOrEqual(most / 2)
    expect(pause).toBeLessThanOrEqual(most)
    world.move(milliseconds(pause - 1))
    await world.run()
    expect(world.receiver.received).toHaveLength(attempt)
    world.move(milliseconds(1))
    await world.run()
    expect(world.receiver.received).toHaveLength(attempt + 1)
  }
})

test.each(['120', 'date'])('a Retry-After is kept to: %s', async (form) => {
  const { world } = it
  await world.hook()
  const asked = new Date(world.clock.now() + minutes(2)).toUTCString()
  world.receiver.reply = refused(429, '', { 'retry-after': form === 'date' ? asked : form })
  await world.cases.open()
  await world.run()
  world.move(seconds(119))
  await world.run()
  expect(world.receiver.received).toHaveLength(1)
  world.move(seconds(1))
  await world.run()
  expect(world.receiver.received).toHaveLength(2)
})

test('a notice is tried once more when its time is up, and is then a dead letter', async () => {
  const { world } = it
  await world.hook()
  world.receiver.reply = refused(503)
  const { caseId } = await world.cases.open()
  await world.cases.write(caseId, [{}, {}])
  await world.run()
  world.move(milliseconds(RETRY.giveUpAfter - 1))
  await world.run()
  expect(await world.states()).toEqual(['1 pending', '2 pending', '3 pending'])
  world.move(milliseconds(1))
  await world.run()
  expect(await world.states()).toEqual(['1 dead', '2 pending', '3 pending'])
  const [dead] = (await world.deliveries.list({ state: 'dead', limit: 10 })).items
  expect(dead).toMatchObject({ attempts: 3, lastStatus: 503, waitingBehind: 2 })
  world.receiver.reply = taken
  world.move(hours(100))
  await world.run()
  expect(world.receiver.received).toHaveLength(3)
})

test('410 disables the hook; what waited goes on when somebody enables it', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  world.receiver.reply = refused(410)
  const { caseId } = await world.cases.open()
  await world.run()
  expect(await world.hooks.get(webhook.id)).toMatchObject({
    enabled: false,
    disabledBecause: 'the other system answered 410 Gone',
    pending: 1,
  })
  // Told of nothing that happens meanwhile.
  await world.cases.write(caseId, [{}])
  world.receiver.reply = taken
  world.move(hours(48))
  await world.run()
  expect(world.receiver.received).toHaveLength(1)
  await world.desk.update(webhook.id, { enabled: true })
  await world.run()
  expect(world.receiver.received).toHaveLength(2)
  expect(await world.hooks.get(webhook.id)).toMatchObject({ enabled: true, disabledBecause: null })
})

test('another address is tried at once, with new patience', async () => {
  const { world } = it
  const { webhook } = await world.hook({ url: 'http://127.0.0.1:1/nobody' })
  await world.cases.open()
  await world.run()
  world.move(milliseconds(RETRY.giveUpAfter - 1))
  await world.run()
  expect((await world.all())[0]).toMatchObject({ lastStatus: null, state: 'pending' })
  expect((await world.all())[0]?.lastError).toMatch(/ECONNREFUSED/)
  world.receiver.reply = refused(500)
  await world.desk.update(webhook.id, { url: world.receiver.url })
  world.move(milliseconds(1))
  await world.run()
  expect((await world.all())[0]).toMatchObject({ state: 'pending' })
  world.receiver.reply = taken
  world.move(hours(1))
  await world.run()
  expect(await world.states()).toEqual(['1 delivered'])
})

test('a redirect is not followed', async () => {
  const { world } = it
  await world.hook()
  world.receiver.reply = refused(307, '', { location: `${world.receiver.url}/elsewhere` })
  await world.cases.open()
  await world.run()
  expect(world.receiver.received).toHaveLength(1)
  expect((await world.all())[0]?.lastError).toBe('HTTP 307, and no redirect is followed')
})

test('what nobody answers is broken off, and a claim whose holder is gone runs out', async () => {
  const { world } = it
  await world.hook()
  const { id } = await world.cases.open()
  world.receiver.reply = () => undefined
  const dying = world.newDispatcher()
  await dying.round()
  await world.receiver.until(1)
  world.receiver.reply = taken
  await world.run()
  expect(world.receiver.ids).toEqual([id])
  world.move(LEASE)
  await world.run()
  expect(world.receiver.ids).toEqual([id, id])
  expect(await world.states()).toEqual(['1 delivered'])
  // The first one hears at last that nobody answers, and its claim is worth nothing any more.
  await dying.idle()
  expect(await world.states()).toEqual(['1 delivered'])
})

test('stopping breaks off what takes too long, and counts nothing against the other system', async () => {
  const { world } = it
  await world.hook()
  const { id } = await world.cases.open()
  world.receiver.reply = () => undefined
  const stopped = world.newDispatcher()
  await stopped.round()
  await world.receiver.until(1)
  await stopped.stop(milliseconds(0))
  expect((await world.all())[0]).toMatchObject({ state: 'pending', attempts: 0 })
  world.receiver.reply = taken
  await world.run()
  expect(world.receiver.ids).toEqual([id, id])
})

test('a slow system does not keep another waiting', async () => {
  const { world } = it
  await world.hook()
  const { webhook } = await world.hook({ url: world.receiver.url.replace('notices', 'quick') })
  world.receiver.reply = (notice, response) => {
    if (notice.path === '/quick') taken(notice, response)
  }
  for (let count = 0; count < 10; count++) await world.cases.open()
  await world.dispatcher.round()
  // At most four hang at the slow one.
  await world.receiver.until(14)
  await expect
    .poll(async () => (await world.hooks.get(webhook.id)).pending, { interval: 5 })
    .toBe(0)
})

test('a long answer is not read to its end', async () => {
  const { world } = it
  await world.hook()
  world.receiver.reply = refused(500, 'x'.repeat(1_000_000))
  await world.cases.open()
  await world.run()
  expect((await world.all())[0]?.lastError).toBe(`HTTP 500: ${'x'.repeat(300)}`)
})

test('what was written and claimed by a clock that was ahead is sent when it is right again', async () => {
  const { world } = it
  await world.hook()
  world.move(hours(1))
  const [claimed, waiting] = [await world.cases.open(), await world.cases.open()]
  // A process that claims and dies.
  const now = world.clock.now()
  const outbox = createOutbox(world.pool)
  await outbox.claim({ now, until: plus(now, LEASE), perHook: 1, busy: new Map() })
  world.move(milliseconds(-3_600_000))
  await world.run()
  expect(world.receiver.ids.toSorted()).toEqual([claimed.id, waiting.id].toSorted())
})
