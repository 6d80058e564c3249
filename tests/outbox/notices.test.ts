import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type CloudEvent, HTTP } from 'cloudevents'
import { beforeAll, expect, test } from 'vitest'
import { openApiDocument } from '#api/create-api.ts'
import { hours, minutes, seconds } from '#model/time.ts'
import { caseNotice } from '#outbox/cloud-event.ts'
import { createOutbox } from '#store/outbox/outbox.ts'
import { eachWithOutbox, RETRY } from './outbox-fixture.ts'
import { type Received, refused, taken } from './receiver.ts'

const it = eachWithOutbox()

/** As the convention says, written once more from its text. */
const signature = (secret: string, { headers, body }: Received): string => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}

const signaturesOf = ({ headers }: Received): string[] =>
  (headers['webhook-signature'] ?? '').split(' ')

let validate: (name: string, body: unknown) => unknown
beforeAll(async () => {
  const { components } = (await openApiDocument()) as { components: object }
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } })
  ajv.addSchema({ $id: 'document', components })
  validate = (name, body) => {
    ajv.validate({ $ref: `document#/components/schemas/${name}` }, body)
    return ajv.errors
  }
})

test('a notice is a CloudEvent that says what happened and how the case then was', async () => {
  const { world } = it
  await world.hook()
  const at = world.clock.now()
  const opened = await world.cases.open({
    changes: { deadlineAt: null, place: { lon_deg: 111, lat_deg: 35 }, basis: { a: 'long one' } },
  })
  world.move(minutes(5))
  const deadlineAt = at + hours(2)
  const [filed] = await world.cases.write(opened.caseId, [
    {
      type: 'filed',
      reason: 'seen on site',
      detail: { dueAt: deadlineAt, startedAt: { from: at, to: null }, passed: true },
      changes: { state: 'filed', deadlineAt, isUrgent: true },
    },
  ])
  // What happens later changes nothing of what is told of before.
  await world.cases.write(opened.caseId, [{ changes: { state: 'dispatched', isUrgent: false } }])
  await world.run()
  const notice = world.receiver.received[1] as Received
  expect(notice.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
  const event = HTTP.toEvent({ headers: notice.headers, body: notice.body }) as CloudEvent
  expect(event.validate()).toBe(true)
  expect(JSON.parse(notice.body)).toEqual({
    specversion: '1.0',
    id: filed?.id,
    source: '/wanmi',
    type: 'wanmi.case.filed',
    subject: expect.stringMatching(/^14080220261125\d{5}$/),
    time: '2026-11-25T04:05:00.000Z',
    datacontenttype: 'application/json',
    sequence: '0000000002',
    data: {
      event: {
        type: 'filed',
        sequence: 2,
        at: '2026-11-25T04:05:00.000Z',
        actor: { name: 'Li Wei', role: 'acceptor' },
        origin: 'api',
        reason: 'seen on site',
        detail: {
          dueAt: '2026-11-25T06:00:00.000Z',
          startedAt: { from: '2026-11-25T04:00:00.000Z', to: null },
          passed: true,
        },
        changes: { state: 'filed', deadlineAt: '2026-11-25T06:00:00.000Z', isUrgent: true },
      },
      case: {
        id: opened.caseId,
        number: event.subject,
        state: 'filed',
        stage: 'dispatch',
        kind: 'part',
        title: 'cover open',
        areaCode: '140802001001001',
        place: { lon_deg: 111, lat_deg: 35 },
        reportedAt: '2026-11-25T04:00:00.000Z',
        deadlineAt: '2026-11-25T06:00:00.000Z',
        isUrgent: true,
      },
    },
  })
  for (const { body } of world.receiver.received) {
    expect(validate('CaseNotice', JSON.parse(body))).toBeNull()
    expect(body).not.toContain('long one')
  }
})

test('a test notice is a CloudEvent too', async () => {
  const { world } = it
  const { webhook, secret } = await world.hook()
  expect(await world.desk.test(webhook.id)).toMatchObject({ delivered: true })
  const [notice] = world.receiver.received as [Received]
  const event = HTTP.toEvent({ headers: notice.headers, body: notice.body }) as CloudEvent
  expect(event.validate()).toBe(true)
  expect(event.id).toBe(notice.id)
  expect(validate('TestNotice', JSON.parse(notice.body))).toBeNull()
  expect(signaturesOf(notice)).toEqual([signature(secret, notice)])
})

test('every attempt sends the same bytes under the same id, signed for its own moment', async () => {
  const { world } = it
  const { secret } = await world.hook()
  world.receiver.reply = refused(500)
  const { id } = await world.cases.open()
  await world.run()
  world.move(RETRY.first)
  await world.run()
  world.receiver.reply = taken
  world.move(hours(1))
  await world.run()
  const { received } = world.receiver
  expect(received.map((each) => each.id)).toEqual([id, id, id])
  expect(new Set(received.map(({ body }) => body)).size).toBe(1)
  expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
  for (const each of received) expect(signaturesOf(each)).toEqual([signature(secret, each)])
})

test('for a while after a rotation both secrets sign, then only the new one', async () => {
  const { world } = it
  const { webhook, secret: former } = await world.hook()
  const { secret, webhook: rotated } = await world.desk.rotateSecret(webhook.id, hours(1))
  expect(rotated.formerSecretUntil).toBe(world.clock.now() + hours(1))
  await world.cases.open()
  await world.run()
  world.move(hours(1))
  await world.cases.open()
  await world.run()
  const [first, second] = world.receiver.received as [Received, Received]
  expect(signaturesOf(first)).toEqual([signature(secret, first), signature(former, first)])
  expect(signaturesOf(second)).toEqual([signature(secret, second)])
  await world.hooks.tidy(world.clock.now(), world.clock.now())
  const { rows } = await world.pool.query('select former_secret, former_until from webhook')
  expect(rows).toEqual([{ former_secret: null, former_until: null }])
})

test('a secret that became known is worth nothing at once', async () => {
  const { world } = it
  const { webhook } = await world.hook()
  const { secret } = await world.desk.rotateSecret(webhook.id, seconds(0))
  await world.cases.open()
  await world.run()
  const [notice] = world.receiver.received as [Received]
  expect(signaturesOf(notice)).toEqual([signature(secret, notice)])
})

test('the example of the documentation takes what is signed and nothing else', async () => {
  const { world } = it
  const page = readFileSync('docs/webhooks.md', 'utf8')
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? ''
  const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    verify: (secret: string, headers: object, body: string, now: number) => boolean
  }
  const { webhook, secret: former } = await world.hook()
  const { secret } = await world.desk.rotateSecret(webhook.id, hours(1))
  await world.cases.open()
  await world.run()
  const [{ headers, body }] = world.receiver.received as [Received]
  const now = world.clock.now()
  expect(verify(secret, headers, body, now)).toBe(true)
  expect(verify(former, headers, body, now)).toBe(true)
  expect(verify(`whsec_${Buffer.alloc(32).toString('base64')}`, headers, body, now)).toBe(false)
  expect(verify(secret, headers, `${body} `, now)).toBe(false)
  expect(verify(secret, { ...headers, 'webhook-id': 'another' }, body, now)).toBe(false)
  expect(verify(secret, { ...headers, 'webhook-signature': 'v1,' }, body, now)).toBe(false)
  expect(verify(secret, headers, body, now + minutes(6))).toBe(false)
})

test('a notice says the same whichever process writes it, and when', async () => {
  const { world } = it
  await world.hook()
  await world.cases.open()
  const outbox = createOutbox(world.pool)
  const texts: string[] = []
  for (let time = 0; time < 2; time++) {
    const now = world.clock.now()
    const busy = new Map<string, number>()
    const [claimed] = await outbox.claim({ now, until: now, perHook: 1, busy })
    if (claimed) texts.push(caseNotice(claimed.event, '/wanmi'))
    await world.pool.query(`update case_record set title = 'another'`)
  }
  expect(texts).toHaveLength(2)
  expect(texts[0]).toBe(texts[1])
})
