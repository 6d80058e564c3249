import { describe, expect, test } from 'vitest'
import { publishPacket } from './harness.ts'
import {
  acknowledgement,
  enterOpen,
  hex,
  openConnect,
  openOpenHouse,
  refusalOf,
  willOn,
} from './open-house.ts'

describe('a CONNECT is refused', () => {
  test.each<[string, number | undefined, Buffer]>([
    ['without an id but with a session to keep', 2, hex('10 0c 0004 4d515454 04 00 003c 0000')],
    ['in MQTT 3.1 without an id', 2, hex('10 0e 0006 4d5149736470 03 02 003c 0000')],
    ['of MQTT 5', 1, hex('10 0e 0004 4d515454 05 02 003c 00 0001 63')],
    [
      'with a NUL in its will topic',
      undefined,
      hex('10 13 0004 4d515454 04 06 003c 0001 63 0001 00 0001 78'),
    ],
    [
      'with half a character in its will topic',
      undefined,
      hex('10 14 0004 4d515454 04 06 003c 0001 63 0002 c328 0001 78'),
    ],
    [
      'with a surrogate in its will topic',
      undefined,
      hex('10 15 0004 4d515454 04 06 003c 0001 63 0003 eda080 0001 78'),
    ],
    [
      'with a control character in its id',
      undefined,
      hex('10 0d 0004 4d515454 04 02 003c 0001 07'),
    ],
    [
      'with a non-character in its id',
      undefined,
      hex('10 0f 0004 4d515454 04 02 003c 0003 efbfbf'),
    ],
    [
      'with a will for the topics of devices',
      5,
      openConnect('c', willOn('wanmi/v1/cover-1/telemetry')),
    ],
  ])('%s', async (_, code, connect) => {
    expect(await refusalOf(await openOpenHouse(), connect)).toBe(code)
  })
})

describe('the connection is ended, and no other,', () => {
  test.each([
    ['for a filter with # not at its end', hex('82 08 0001 0003 232f61 00')],
    ['for a filter with a wildcard beside other signs', hex('82 07 0001 0002 612b 00')],
    ['for a filter that is no UTF-8', hex('82 07 0001 0002 c328 00')],
    ['for a filter with a NUL', hex('82 06 0001 0001 00 00')],
    ['for a filter with a control character', hex('82 06 0001 0001 1f 00')],
    ['for a SUBSCRIBE without a filter', hex('82 02 0001')],
    ['for a SUBSCRIBE without an id', hex('82 06 0000 0001 61 00')],
    ['for an UNSUBSCRIBE of no filter', hex('a2 06 0001 0002 612b')],
    ['for a topic that is no UTF-8', hex('30 05 0002 c328 78')],
    ['for a topic with a NUL', hex('30 04 0001 00 78')],
    ['for a topic with a wildcard', hex('30 04 0001 2b 78')],
    ['for an empty topic', hex('30 03 0000 78')],
    ['for a topic of 202 levels', publishPacket('/'.repeat(201), 'x', 0)],
    ['for a QoS 0 message sent again', hex('38 04 0001 61 78')],
    ['for QoS 3', hex('36 06 0001 61 0001 78')],
    ['for a message without an id', hex('32 06 0001 61 0000 78')],
    ['for an acknowledgement without an id', hex('40 02 0000')],
    ['for a second CONNECT', openConnect('c')],
    ['for a packet only a server sends', hex('d0 00')],
  ])('%s', async (_, bytes) => {
    const house = await openOpenHouse()
    const healthy = await enterOpen(house, 'healthy')
    const peer = await enterOpen(house, 'c')
    peer.send(bytes)
    await peer.closed
    expect(peer.packets).toHaveLength(1)
    await healthy.ping()
  })

  test.each([
    ['PUBREC', 1, ['pubrec']],
    ['PUBCOMP', 1, ['pubcomp']],
    ['PUBACK', 2, ['puback']],
    ['PUBCOMP before PUBREC', 2, ['pubcomp']],
    ['PUBACK after PUBREC', 2, ['pubrec', 'puback']],
  ] as const)('for a %s of a message of QoS %i', async (_, qos, answers) => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    await peer.subscribe({ a: 2 })
    peer.send(publishPacket('a', 'x', qos, 1))
    const { messageId = 0 } = await peer.publishOf('x')
    peer.send(...answers.map((cmd) => acknowledgement(cmd, messageId)))
    await peer.closed
  })
})
