import { describe, expect, test, vi } from 'vitest'
import { Rejected, Unavailable } from '#model/error.ts'
import { toWgs84 } from '#model/place.ts'
import { reportTopic } from '#model/topic.ts'
import {
  enter,
  type House,
  metric,
  openHouse,
  publishPacket,
  type RawClient,
  telemetryPacket,
} from './harness.ts'

const REPORTS = reportTopic('terminal-1')
const ID = '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d01'
const GCJ = { lon_deg: 111.0057, lat_deg: 35.0264 }

const reportOf = (more: object = {}): string =>
  JSON.stringify({ id: ID, kind: 'event', text: '路面积水', ...GCJ, ...more })
const fix = (seq: number): string => `{"measuredAt":${Date.now()},"seq":${seq},"battery_pct":90}`

const storedIn = ({ reports }: House) => [...reports.stored.values()]

async function publish(client: RawClient, payload: string | Buffer, messageId = 1): Promise<void> {
  client.send(publishPacket(REPORTS, payload, 1, messageId))
  await client.acknowledgement(messageId)
}

describe('a report', () => {
  test('is acknowledged once it is stored, after what came before it and before what came after', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    house.sink.hold()
    client.send(
      telemetryPacket('terminal-1', fix(1), 1),
      publishPacket(REPORTS, reportOf(), 1, 2),
      telemetryPacket('terminal-1', fix(3), 3),
    )
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    expect(house.reports.asked).toBe(0)
    house.sink.letGo()
    await client.acknowledgement(3)
    expect(client.acknowledged).toEqual([1, 2, 3])
    expect(storedIn(house)).toMatchObject([
      { id: ID, text: '路面积水', place: toWgs84(GCJ, 'gcj02') },
    ])
    expect(house.sink.readings.map(({ seq }) => seq)).toEqual([1, 3])
    expect(await metric(house, 'wanmi_messages_acknowledged_total')).toBe(3)
  })

  test('is not acknowledged before its desk has stored it, and waits out an outage of the database', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    let isDown = true
    house.reports.failure = () =>
      isDown ? new Unavailable('database-unavailable', 'down') : undefined
    client.send(publishPacket(REPORTS, reportOf(), 1, 1))
    await vi.waitFor(() => expect(house.reports.asked).toBe(1))
    client.send(Buffer.from([0xc0, 0]))
    await vi.waitFor(() => expect(house.broker.connections()).toMatchObject([{ inFlight: 1 }]))
    expect(client.acknowledged).toEqual([])
    isDown = false
    await client.acknowledgement(1)
    expect(storedIn(house)).toHaveLength(1)
    expect(house.sink.rejections).toEqual([])
  })

  test('that comes again is acknowledged again and stored once', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    await publish(client, reportOf(), 1)
    await publish(client, reportOf({ id: ID.toUpperCase(), text: 'something else' }), 2)
    expect(storedIn(house)).toMatchObject([{ text: '路面积水' }])
    expect(house.sink.rejections).toEqual([])
  })

  test('of quality 0 and 2 is stored as well', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    const other = '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d02'
    client.send(
      publishPacket(REPORTS, reportOf(), 0),
      publishPacket(REPORTS, reportOf({ id: other }), 2, 7),
      publishPacket(REPORTS, reportOf({ id: other }), 2, 7, { dup: true }),
    )
    await client.answer('pubrec')
    expect(storedIn(house).map(({ id }) => id)).toEqual([ID, other])
    expect(house.reports.asked).toBe(2)
    expect(await metric(house, 'wanmi_messages_best_effort_total')).toBe(1)
  })

  test('that is none goes to the quarantine with every reason and its bytes', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    const cases = [
      [Buffer.from([0xff, 0xfe]), ['not-utf8']],
      ['{"id":', ['not-json']],
      ['[]', ['report-format']],
      [reportOf({ kind: 'thing', class: '1' }), ['report-format', 'report-format']],
      [reportOf({ lon_deg: 0, lat_deg: 0, observedAt: 1 }), ['place-null-island', 'time-too-old']],
    ] as const
    for (const [index, [payload, codes]] of cases.entries()) {
      await publish(client, payload, index + 1)
      const rejection = house.sink.rejections[index]
      expect(rejection?.reasons.map(({ code }) => code)).toEqual(codes)
      expect(rejection).toMatchObject({ deviceId: 'terminal-1', topic: REPORTS })
      expect(Buffer.from(rejection?.payload ?? []).equals(Buffer.from(payload))).toBe(true)
    }
    expect(house.reports.asked).toBe(0)
  })

  test('the flow of cases refuses, or nobody can store, goes to the quarantine', async () => {
    const house = await openHouse()
    const client = await enter(house, 'terminal-1')
    for (const [index, [error, code]] of (
      [
        [new Rejected('forbidden', 'no account carries it'), 'report-refused'],
        [new Rejected('database-refused', 'no such thing'), 'database-refused'],
        [new Error('something else'), 'not-stored'],
      ] as const
    ).entries()) {
      house.reports.failure = () => error
      await publish(client, reportOf(), index + 1)
      expect(house.sink.rejections[index]?.reasons).toEqual([{ code, detail: error.message }])
    }
  })

  test('of a device that is no terminal, or on the topic of another, is refused', async () => {
    const house = await openHouse()
    const cover = await enter(house, 'cover-1')
    cover.send(publishPacket(reportTopic('cover-1'), reportOf(), 1, 1))
    await cover.acknowledgement(1)
    cover.send(publishPacket(reportTopic('cover-1'), 'no json', 1, 2))
    await cover.acknowledgement(2)
    cover.send(publishPacket(REPORTS, reportOf(), 1, 3))
    await cover.acknowledgement(3)
    const codes = house.sink.rejections.map(({ reasons }) => reasons.map(({ code }) => code))
    expect(codes).toEqual([
      ['not-a-terminal'],
      ['not-a-terminal', 'not-json'],
      expect.arrayContaining(['wrong-topic']),
    ])
    expect(house.reports.asked).toBe(0)
  })
})

describe('a report from the quarantine', () => {
  const envelope = (deviceId: string, replayOf: string, payload = reportOf()) => ({
    deviceId,
    topic: reportTopic(deviceId),
    payload: Buffer.from(payload),
    qos: 1 as const,
    receivedAt: Date.now() as never,
    replayOf,
  })

  test('that can be stored now settles its entry', async () => {
    const house = await openHouse()
    await house.broker.replay(envelope('terminal-1', 'entry-1'))
    expect(storedIn(house)).toMatchObject([{ id: ID }])
    expect(house.sink.resolved).toEqual(['entry-1'])
    expect(await metric(house, 'wanmi_messages_acknowledged_total')).toBe(0)
  })

  test('that is still refused stays, with its reasons of now', async () => {
    const house = await openHouse()
    house.reports.failure = () => new Rejected('invalid-input', 'no photo of that id')
    await house.broker.replay(envelope('terminal-1', 'entry-1'))
    await house.broker.replay(envelope('cover-1', 'entry-2'))
    await house.broker.replay(envelope('nobody', 'entry-3'))
    await house.broker.replay(envelope('terminal-1', 'entry-4', '{}'))
    expect(house.sink.resolved).toEqual([])
    expect(
      house.sink.rejections.map(({ replayOf, reasons }) => [replayOf, reasons[0]?.code]),
    ).toEqual([
      ['entry-1', 'report-refused'],
      ['entry-2', 'not-a-terminal'],
      ['entry-3', 'unknown-device'],
      ['entry-4', 'report-format'],
    ])
  })

  test('is told from a reading, which goes its own way', async () => {
    const house = await openHouse()
    const reading = envelope('terminal-1', 'entry-1', fix(1))
    await house.broker.replay({ ...reading, topic: 'wanmi/v1/terminal-1/telemetry' })
    expect(house.sink.readings).toHaveLength(1)
    expect(house.sink.resolved).toEqual(['entry-1'])
  })
})
