import type { IConnectPacket } from 'mqtt-packet'
import { describe, expect, test, vi } from 'vitest'
import { Broken } from '#model/error.ts'
import { hashSecret, verifySecret } from '#runtime/secret.ts'
import { credentialCheck } from '#tests/support/credential-check.ts'
import {
  connectPacket,
  enter,
  type House,
  metric,
  openHouse,
  RawClient,
  reading,
  secretOf,
  telemetryPacket,
} from './harness.ts'

async function codeOf(
  { broker }: House,
  deviceId: string,
  more: Partial<IConnectPacket> = {},
): Promise<unknown> {
  const client = new RawClient(broker.ports.tcp).send(connectPacket(deviceId, more))
  const connack = await client.answer('connack')
  if (connack.cmd === 'connack' && connack.returnCode !== 0) await client.closed
  return connack.cmd === 'connack' ? connack.returnCode : undefined
}

describe('a device is let in', () => {
  test('by its id and its secret, whatever client id it sends', async () => {
    const house = await openHouse()
    expect(await codeOf(house, 'cover-1', { clientId: '' })).toBe(0)
    expect(await codeOf(house, 'cover-2', { clientId: 'cover-1' })).toBe(0)
    await vi.waitFor(() => {
      const shown = house.broker.connections().map(({ deviceId }) => deviceId)
      expect(shown.toSorted()).toEqual(['cover-1', 'cover-2'])
    })
  })

  test('in MQTT 3.1 too, with an id longer than its client ids may be', async () => {
    const house = await openHouse()
    const old = { protocolId: 'MQIsdp', protocolVersion: 3, clientId: 'c' } as const
    expect(await codeOf(house, 'cover-1', old)).toBe(0)
  })

  test('against a real hash', async () => {
    const house = await openHouse({ broker: { verify: verifySecret } })
    const hash = await hashSecret(secretOf('cover-1'))
    house.credentials.set('cover-1', { hash, enabled: true })
    expect(await codeOf(house, 'cover-1')).toBe(0)
    expect(await codeOf(house, 'cover-1', { password: Buffer.from('wrong') })).toBe(4)
  })
})

describe('a client is refused', () => {
  test.each<[string, number, string, Partial<IConnectPacket>]>([
    ['with a wrong secret', 4, 'cover-1', { password: Buffer.from('wrong') }],
    ['with a secret of bytes that are no text', 4, 'cover-1', { password: Buffer.from([0xff]) }],
    ['as a device nobody registered', 4, 'nobody', {}],
    ['as a disabled device that has its secret', 5, 'asleep-1', {}],
    ['as a disabled device that has it not', 4, 'asleep-1', { password: Buffer.from('wrong') }],
    ['with an empty secret', 4, 'cover-1', { password: Buffer.alloc(0) }],
  ])('%s with code %i', async (_, code, deviceId, more) => {
    const house = await openHouse()
    expect(await codeOf(house, deviceId, more)).toBe(code)
    const reason = `connack-${code}`
    expect(await metric(house, 'wanmi_mqtt_connections_refused_total', { reason })).toBe(1)
    await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_connections')).toBe(0))
  })

  test('without user name or password', async () => {
    const house = await openHouse()
    const bare = Buffer.from('100d00044d5154540402003c000163', 'hex')
    const client = new RawClient(house.broker.ports.tcp).send(bare)
    expect(await client.answer('connack')).toMatchObject({ returnCode: 4 })
  })

  test('with code 3 when it cannot be checked', async () => {
    const verify = () => Promise.reject(new Broken('internal', 'not a hash'))
    const house = await openHouse({ broker: { verify } })
    expect(await codeOf(house, 'cover-1')).toBe(3)
  })
})

describe('a secret that was right', () => {
  test('is not hashed again when the device comes back', async () => {
    const house = await openHouse()
    for (let time = 0; time < 5; time++) expect(await codeOf(house, 'cover-1')).toBe(0)
    expect(house.verified).toHaveLength(1)
  })

  test('counts no longer once another is set, or the device is disabled', async () => {
    const house = await openHouse()
    expect(await codeOf(house, 'cover-1')).toBe(0)
    house.credentials.set('cover-1', { hash: `hash of ${secretOf('cover-1')}`, enabled: false })
    expect(await codeOf(house, 'cover-1')).toBe(5)
    house.credentials.set('cover-1', { hash: 'hash of new', enabled: true })
    expect(await codeOf(house, 'cover-1')).toBe(4)
    expect(await codeOf(house, 'cover-1', { password: Buffer.from('new') })).toBe(0)
  })

  test('is checked for few at once, once for many who ask the same, and not without end', async () => {
    let running = 0
    let most = 0
    const letGo: (() => void)[] = []
    const { check } = credentialCheck({
      directory: { credential: () => ({ hash: 'h', enabled: true }) },
      verify: async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => letGo.push(resolve))
        running--
        return true
      },
      concurrency: 2,
      waitingMax: 3,
    })
    const secret = Buffer.from('s')
    const first = ['a', 'b', 'c', 'd', 'e'].map((id) => check.check(id, secret, '10.0.0.1'))
    const again = check.check('a', secret, '10.0.0.1')
    expect(await check.check('f', secret, '10.0.0.1')).toBe('busy')
    const timer = setInterval(() => letGo.splice(0).forEach((resolve) => resolve()), 1)
    expect(await Promise.all([...first, again])).toEqual(Array(6).fill('accepted'))
    clearInterval(timer)
    expect(most).toBe(2)
  })
})

describe('one device is one session', () => {
  test('the newer connection ends the older, which is counted and listed', async () => {
    const house = await openHouse()
    const older = await enter(house, 'cover-1', { clientId: 'a' })
    const newer = await enter(house, 'cover-1', { clientId: 'b' })
    await older.closed
    newer.send(telemetryPacket('cover-1', reading(1)))
    await newer.acknowledgement(1)
    expect(house.broker.connections()).toHaveLength(1)
    expect(house.broker.takeovers()).toMatchObject([
      { deviceId: 'cover-1', fromAddress: '127.0.0.1', toAddress: '127.0.0.1' },
    ])
    expect(await metric(house, 'wanmi_mqtt_takeovers_total')).toBe(1)
  })

  test('of many that come at once exactly one stays, also with subscriptions', async () => {
    const house = await openHouse({ mqtt: { takeoversMax: 100 } })
    const clients = Array.from({ length: 20 }, (_, n) =>
      new RawClient(house.broker.ports.tcp).send(
        connectPacket('cover-1', { clientId: `c${n}` }),
        Buffer.from('8206000100012300', 'hex'),
      ),
    )
    await vi.waitFor(() => {
      expect(clients.filter(({ isClosed }) => !isClosed)).toHaveLength(1)
      expect(house.broker.connections()).toHaveLength(1)
    }, 10_000)
    const survivor = clients.find(({ isClosed }) => !isClosed)
    survivor?.send(telemetryPacket('cover-1', reading(1)))
    await survivor?.acknowledgement(1)
  })

  test('a device that is deleted or disabled loses its connection, and only it', async () => {
    const house = await openHouse()
    const [gone, stays] = [await enter(house, 'cover-1'), await enter(house, 'cover-2')]
    house.broker.disconnect('cover-1')
    house.broker.disconnect('nobody')
    await gone.closed
    stays.send(telemetryPacket('cover-2', reading(1)))
    await stays.acknowledgement(1)
    const reason = 'removed'
    expect(await metric(house, 'wanmi_mqtt_connections_ended_total', { reason })).toBe(1)
  })
})
