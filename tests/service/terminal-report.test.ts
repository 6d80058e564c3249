import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Broker, openBroker } from '#broker/broker.ts'
import { commandDesk } from '#cli/command-desk.ts'
import { cityReportId, type ReportFlow, reportDesk } from '#cli/service/report-desk.ts'
import { createTerminalTasks } from '#cli/service/terminal-tasks.ts'
import { Ingest } from '#ingest/ingest.ts'
import { toWgs84 } from '#model/place.ts'
import { type Principal, WHOLE_CITY } from '#model/principal.ts'
import { terminalTaskResult } from '#model/terminal-task.ts'
import { days, epochMs, hours, minutes } from '#model/time.ts'
import { commandTopic, replyTopic, reportTopic } from '#model/topic.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { createAttachmentRows } from '#store/attachments/attachment-rows.ts'
import { bindAttachments } from '#store/attachments/bind-attachments.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { createCommands } from '#store/queries/commands.ts'
import { createQuarantineQueries } from '#store/queries/quarantine.ts'
import { inTransaction, query } from '#store/query.ts'
import {
  AS_TERMINAL,
  type AttachmentHouse,
  openAttachmentHouse,
} from '#tests/api/attachment-house.ts'
import { connectMqtt } from '#tests/broker/harness.ts'
import { SAMPLES } from '#tests/files/media-samples.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'

const ID = '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d01'
const GCJ = { lon_deg: 111.0057, lat_deg: 35.0264 }
const WANG: Principal = {
  accountId: '019ab0c5-7d2e-7cc1-8f52-3a6e1f9c4b7d',
  name: '王五',
  roles: ['inspector'],
  scope: WHOLE_CITY,
}

let house: AttachmentHouse
let committer: Committer
let broker: Broker
/** Who carries which terminal. */
const carriers = new Map<string, Principal>()

/** A flow of cases that files each report as a row and binds its photos in the same transaction. */
const flow = (): ReportFlow => ({
  inspectorOf: async (deviceId) => Promise.resolve(carriers.get(deviceId)),
  report: (report, principal) =>
    inTransaction(house.pool, async (client) => {
      const filed = await query(
        client,
        'insert into filed (id, report) values ($1, $2) on conflict do nothing returning id',
        [report.id, JSON.stringify({ ...report, by: principal.name })],
      )
      if (filed.length === 0) return
      const by = { accountId: principal.accountId, deviceId: report.deviceId }
      const ids = report.photos
      const at = systemClock.now()
      await bindAttachments(client, { caseId: report.id, ids, stage: 'collected', by, at })
    }),
})

beforeAll(async () => {
  house = await openAttachmentHouse('a folder')
  await query(house.pool, 'create table filed (id uuid primary key, report jsonb not null)')
  const connection = { connection: house.pool.options, timescale: false }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  committer = await openCommitter(connection, options, silentLogger)
  const config = readConfig({ MQTT_PORT: '0', MQTT_HOST: '127.0.0.1' })
  const metrics = createMetrics()
  const ingest = new Ingest({
    config: config.ingest,
    registry: house.directory,
    sink: {
      process: (batch) =>
        committer.commit({
          ...batch,
          number: committer.lastNumber + 1,
          at: systemClock.now(),
          episodes: [],
          listened: null,
        }),
    },
    metrics,
    onFatal: (error) => {
      throw error
    },
  })
  broker = await openBroker({
    config: config.mqtt,
    clientWindowMessages: config.ingest.clientWindowMessages,
    intake: ingest,
    directory: house.directory,
    desk: commandDesk(commands()),
    reports: { desk: reportDesk(flow()), limits: { maxAge: days(30), maxAhead: minutes(5) } },
    metrics,
    log: silentLogger,
  })
})
afterEach(async () => {
  await query(house.pool, 'truncate filed, quarantine')
  carriers.clear()
})
afterAll(async () => {
  await broker.close()
  await committer.close()
  await house.close()
})

const connect = () =>
  connectMqtt(`mqtt://127.0.0.1:${broker.ports.tcp}`, 'terminal-1', { password: 'its:secret' })

const filed = async () =>
  (await query<{ id: string; report: object }>(house.pool, 'select * from filed')).map(
    ({ id, report }) => ({ ...report, id }),
  )

const commands = () => createCommands({ pool: house.pool, clock: systemClock })
const quarantine = () => createQuarantineQueries(house.pool)

test('a photo and a report about it, twice: one report that the photo proves', async () => {
  carriers.set('terminal-1', WANG)
  const photo = await house.upload('image/jpeg', SAMPLES['image/jpeg'], {
    authorization: AS_TERMINAL,
  })
  const client = await connect()
  const report = {
    id: ID,
    kind: 'part',
    class: '0102',
    condition: 'missing-or-displaced',
    ...GCJ,
    text: '井盖移位',
    photos: [photo.body.id],
    observedAt: Date.now() - 60_000,
  }
  for (let time = 0; time < 2; time++) {
    await client.publishAsync(reportTopic('terminal-1'), JSON.stringify(report), { qos: 1 })
    // The acknowledgement came after the commit: the rows are there now, no waiting.
    const { lon_deg, lat_deg, id, ...facts } = report
    const cityId = cityReportId('terminal-1', ID)
    expect(await filed()).toEqual([
      {
        ...facts,
        id: cityId,
        source: 'inspector',
        deviceId: 'terminal-1',
        by: '王五',
        partId: null,
        address: null,
        place: toWgs84({ lon_deg, lat_deg }, 'gcj02'),
      },
    ])
    expect(id).not.toBe(cityId)
    expect(await createAttachmentRows(house.pool).ofCases([cityId])).toMatchObject([
      { id: photo.body.id, stage: 'collected', uploadedBy: { deviceId: 'terminal-1' } },
    ])
  }
})

test('a report whose terminal nobody carries waits in the quarantine until somebody does', async () => {
  const client = await connect()
  const report = { id: ID, kind: 'event', text: '路面积水', ...GCJ }
  await client.publishAsync(reportTopic('terminal-1'), JSON.stringify(report), { qos: 1 })
  const { items } = await quarantine().list({ limit: 10 })
  expect(items).toMatchObject([
    {
      deviceId: 'terminal-1',
      topic: reportTopic('terminal-1'),
      reasons: [{ code: 'report-refused', detail: 'no account carries the terminal terminal-1' }],
    },
  ])
  const message = await quarantine().get(items[0]?.id ?? '')
  const again = () => broker.replay({ ...message, qos: 1, replayOf: message.id })
  await again()
  expect(await quarantine().get(message.id)).toMatchObject({ attempts: 2, resolvedAt: null })
  expect(await filed()).toEqual([])

  carriers.set('terminal-1', WANG)
  await again()
  expect(await quarantine().get(message.id)).toMatchObject({
    attempts: 3,
    resolvedAt: expect.any(Number) as number,
  })
  expect(await filed()).toMatchObject([{ text: '路面积水', place: toWgs84(GCJ, 'gcj02') }])
})

test('a report with the photo of somebody else is not filed, and binds nothing', async () => {
  carriers.set('terminal-1', WANG)
  const own = await house.upload('image/jpeg', SAMPLES['image/jpeg'], {
    authorization: AS_TERMINAL,
  })
  const foreign = await house.upload('image/jpeg', SAMPLES['image/jpeg'])
  const client = await connect()
  const photos = [own.body.id, foreign.body.id]
  const report = { id: ID, kind: 'event', text: '路面积水', ...GCJ, photos }
  await client.publishAsync(reportTopic('terminal-1'), JSON.stringify(report), { qos: 1 })
  const { items } = await quarantine().list({ limit: 10 })
  expect(items).toMatchObject([
    { reasons: [{ code: 'report-refused', detail: expect.stringContaining(foreign.body.id) }] },
  ])
  expect(await filed()).toEqual([])
  const rows = createAttachmentRows(house.pool)
  expect(await rows.find(own.body.id)).toMatchObject({ caseId: null })
})

test('a task goes down in the coordinate system of its terminal, and its answer comes back', async () => {
  const tasks = createTerminalTasks({
    commands: commands(),
    findDevice: (id) => house.directory.find(id),
    deliver: (id) => broker.deliver(id),
  })
  const client = await connect()
  const heard = new Promise<{ id: string; name: string; args: Record<string, number> }>(
    (resolve) => {
      client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString())))
    },
  )
  await client.subscribeAsync(commandTopic('terminal-1'), { qos: 1 })
  const task = {
    caseId: ID,
    number: '1408022026112500042',
    task: 'post-check',
    title: '井盖移位',
    address: '解放路18号',
    place: toWgs84(GCJ, 'gcj02'),
    deadlineAt: epochMs(Date.UTC(2026, 10, 25, 10)),
    text: '井盖是否恢复原位',
  } as const
  const { id } = await tasks.give('terminal-1', task, hours(24))
  const { place: _place, ...shown } = task
  const command = await heard
  expect(command).toMatchObject({
    id,
    name: 'task',
    args: { ...shown, deadlineAt: '2026-11-25T10:00:00.000Z' },
  })
  expect(command.args['lon_deg']).toBeCloseTo(GCJ.lon_deg, 5)
  expect(command.args['lat_deg']).toBeCloseTo(GCJ.lat_deg, 5)

  const result = { outcome: 'passed', text: '已恢复', photos: [] }
  const reply = JSON.stringify({ id, state: 'done', result })
  await client.publishAsync(replyTopic('terminal-1'), reply, { qos: 1 })
  const done = await commands().get(id)
  expect(done).toMatchObject({ state: 'done', result })
  expect(terminalTaskResult(done.result, 'post-check')).toEqual({ answer: result })
  await expect(tasks.give('cover-1', task, hours(24))).rejects.toMatchObject({ code: 'conflict' })
  await expect(tasks.give('asleep', task, hours(24))).rejects.toMatchObject({ code: 'conflict' })
})

test('reports of two terminals with one id are two, and the id of a stored one stays the same', () => {
  expect(cityReportId('terminal-1', ID)).not.toBe(cityReportId('terminal-2', ID))
  expect(cityReportId('terminal-1', ID)).toBe('be62dd3a-fd61-57dc-bc50-2cff3b86a9c4')
})
