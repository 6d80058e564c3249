import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { commandTopic, replyTopic, reportTopic, telemetryTopic } from '#model/topic.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { CityStaff } from './city-staff.ts'
import { HandClock, LivingCity } from './living-city.ts'

const START = epochMs(Date.UTC(2026, 10, 10, 2))
const ID = '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d01'
const SECRET = 'secret-of-the-terminal'

let db: TestDatabase
let folder: ScratchFolder
let city: LivingCity
let staff: CityStaff
let terminal: MqttClient
/** Commands as they came down to the terminal. */
const received: { id: string; name: string; args: Record<string, unknown> }[] = []

beforeEach(async () => {
  db = await freshDatabase()
  folder = await scratchFolder()
  received.length = 0
  const rules = {}
  const clock = new HandClock(START)
  city = await LivingCity.start({
    databaseUrl: db.url,
    folder: `${folder.path}/rules`,
    rules,
    clock,
  })
  await city.send('POST', '/api/v1/devices', {
    id: 'terminal-1',
    kind: 'patrol-terminal',
    secret: SECRET,
  })
  staff = new CityStaff(city)
  await staff.hire('acceptor')
  await staff.hire('inspector', { deviceId: 'terminal-1' })
  await staff.hire('inspector', {}, 'without-terminal')
  terminal = await connectAsync(city.service.mqttUrls[0] ?? '', {
    username: 'terminal-1',
    password: SECRET,
    clientId: 'terminal-1',
  })
  terminal.on('message', (_topic, payload) => received.push(JSON.parse(payload.toString())))
  await terminal.subscribeAsync(commandTopic('terminal-1'), { qos: 1 })
})

afterEach(async () => {
  await terminal.endAsync(true)
  await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

const publish = (topic: string, message: object) =>
  terminal.publishAsync(topic, JSON.stringify(message), { qos: 1 })

const report = {
  id: ID,
  kind: 'event',
  class: '0110',
  lon_deg: 111.006,
  lat_deg: 35.022,
  text: '暴露垃圾',
}

async function theCase() {
  const cases = await city.cases()
  expect(cases).toHaveLength(1)
  return cases[0]?.id ?? ''
}

test('an inspector reports by the terminal, once however often it is sent', async () => {
  await publish(reportTopic('terminal-1'), report)
  await publish(reportTopic('terminal-1'), report)
  const found = await staff.see('acceptor', await theCase())
  expect(found).toMatchObject({
    state: 'reported',
    source: 'inspector',
    reportedBy: staff.of('inspector').id,
    class: '0110',
    joined: 0,
    reports: [{ description: '暴露垃圾', isOpening: true }],
  })
  expect(found.events).toMatchObject([{ actor: { role: 'inspector' }, origin: 'mqtt' }])
})

test('the nearest inspector on duty gets the task, and the answer is the step it says', async () => {
  await publish(reportTopic('terminal-1'), report)
  const id = await theCase()
  const ask = () => staff.act('acceptor', id, 'ask-pre-verification')
  await expect(ask()).rejects.toThrow(/409 .*no inspector is on duty/)
  const fix = { measuredAt: city.clock.now(), lon_deg: 111.0061, lat_deg: 35.0221, on_duty: true }
  await publish(telemetryTopic('terminal-1'), fix)
  expect(await ask()).toMatchObject({
    state: 'verifying',
    inspectorId: staff.of('inspector').id,
  })
  await city.service.tick()
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
  const [task] = received
  expect(task).toMatchObject({ name: 'task', args: { caseId: id, task: 'pre-verify' } })
  const reply = { id: task?.id, state: 'done', result: { outcome: 'found', text: '属实' } }
  await publish(replyTopic('terminal-1'), reply)
  // A reply that comes twice is one, also when it was not stored the first time.
  await publish(replyTopic('terminal-1'), reply)
  await db.database.pool.query("update command set state = 'acknowledged', finished_at = null")
  await publish(replyTopic('terminal-1'), reply)
  const { items } = await city.send<{ items: object[] }>('GET', '/api/v1/quarantine', undefined)
  expect(items).toEqual([])
  const found = await staff.see('acceptor', id)
  expect(found).toMatchObject({ state: 'accepted', preVerifiedBy: staff.of('inspector').id })
  expect(found.events.at(-1)).toMatchObject({ type: 'pre-verified', reason: '属实' })
  await city.service.tick()
  expect(received).toHaveLength(1)
})

test('an answer that is none waits in the quarantine with its reason, and the task stays', async () => {
  await publish(reportTopic('terminal-1'), report)
  const id = await theCase()
  await staff.act('acceptor', id, 'ask-pre-verification', {
    inspectorId: staff.of('inspector').id,
  })
  await city.service.tick()
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
  const reply = { id: received[0]?.id, state: 'done', result: { outcome: 'passed' } }
  await publish(replyTopic('terminal-1'), reply)
  const { items } = await city.send<{ items: object[] }>('GET', '/api/v1/quarantine', undefined)
  expect(items).toMatchObject([
    {
      reasons: [
        { code: 'reply-refused', detail: expect.stringContaining('found, not-found') as string },
      ],
    },
  ])
  expect(await staff.see('acceptor', id)).toMatchObject({ state: 'verifying' })
})

test('a terminal that is out of use holds up no task of another', async () => {
  const disabled = { id: 'terminal-2', kind: 'patrol-terminal', secret: SECRET, enabled: false }
  await city.send('POST', '/api/v1/devices', disabled)
  await staff.hire('inspector', { deviceId: 'terminal-2' }, 'out-of-use')
  await publish(reportTopic('terminal-1'), report)
  const other = { ...report, id: ID.replace('3f', '4f'), lon_deg: 111.02 }
  await publish(reportTopic('terminal-1'), other)
  const [first, second] = (await city.cases()).map(({ id }) => id)
  const ask = (id: string | undefined, login: string) =>
    staff.act('acceptor', id ?? '', 'ask-pre-verification', { inspectorId: staff.of(login).id })
  await ask(second, 'out-of-use')
  await ask(first, 'inspector')
  await expect(city.service.tick()).rejects.toThrow('1 tasks could not be given')
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
  expect(received[0]).toMatchObject({ args: { caseId: first } })
})
