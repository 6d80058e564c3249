import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import WebSocket from 'ws'
import { Rejected, Unavailable } from '#model/error.ts'
import { telemetryTopic } from '#model/topic.ts'
import { Authority, type Certificate, hasOpenssl } from './certificates.ts'
import {
  connectMqtt,
  connectPacket,
  enter,
  type House,
  metric,
  openHouse,
  RawClient,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'

const TOPIC = telemetryTopic('cover-1')

describe.skipIf(!hasOpenssl)('over TLS (needs the openssl program)', () => {
  let ours: Authority
  let other: Authority
  let server: Certificate

  beforeAll(() => {
    ours = new Authority('our authority')
    other = new Authority('another authority')
    server = ours.sign('wanmi')
  })
  afterAll(() => {
    ours.remove()
    other.remove()
  })

  const openTls = (more: object = {}): Promise<House> =>
    openHouse({
      mqtt: {
        tlsPort: 0,
        tlsCertFile: server.certFile,
        tlsKeyFile: server.keyFile,
        tlsClientCaFile: ours.self.certFile,
        ...more,
      },
    })
  const connect = (house: House, deviceId: string, more: object = {}) =>
    connectMqtt(`mqtts://127.0.0.1:${house.broker.ports.tls}`, deviceId, {
      ca: ours.self.cert,
      ...more,
    })

  test('a device with its secret is let in', async () => {
    const house = await openTls({ tlsClientCaFile: null })
    const client = await connect(house, 'cover-1')
    await client.publishAsync(TOPIC, reading(1), { qos: 1 })
    expect(seqsOf(house.sink)).toEqual([1])
    expect(house.broker.connections()).toMatchObject([{ listener: 'tls', address: '127.0.0.1' }])
  })

  test('a device with a certificate of our authority needs no secret, nor even its name', async () => {
    const house = await openTls()
    const { cert, key } = ours.sign('cover-1')
    for (const more of [
      { cert, key, password: '' },
      { cert, key, username: '', password: '' },
    ]) {
      const client = await connect(house, 'cover-1', more)
      await client.publishAsync(TOPIC, reading(1), { qos: 1 })
      await client.endAsync()
    }
    expect(house.verified).toEqual([])
    expect(house.sink.readings.every(({ device }) => device.id === 'cover-1')).toBe(true)
    expect(house.sink.readings).toHaveLength(2)
  })

  test('a session that is resumed is still that of its certificate', async () => {
    const house = await openTls()
    const { cert, key } = ours.sign('cover-1')
    const options = { port: house.broker.ports.tls ?? 0, host: '127.0.0.1', ca: ours.self.cert }
    const bare = Buffer.from('100d00044d5154540402003c000163', 'hex')
    let session: Buffer | undefined
    for (const isResumed of [false, true]) {
      const socket = connectTls({ ...options, cert, key, ...(session ? { session } : {}) })
      socket.on('session', (ticket: Buffer) => {
        session = ticket
      })
      socket.write(bare)
      const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
      expect(answer.toString('hex')).toBe('20020000')
      expect(socket.isSessionReused()).toBe(isResumed)
      await vi.waitFor(() => expect(session).toBeDefined())
      socket.destroy()
    }
  })

  test('a certificate speaks for its own device alone, and for one that is let in', async () => {
    const house = await openTls()
    const { cert, key } = ours.sign('cover-1')
    await expect(connect(house, 'cover-2', { cert, key })).rejects.toThrow(/Not authorized/)
    for (const name of ['nobody', 'asleep-1']) {
      const stranger = ours.sign(name)
      const more = { cert: stranger.cert, key: stranger.key }
      await expect(connect(house, name, more)).rejects.toThrow(/Not authorized/)
    }
  })

  test('a certificate of another authority counts as none', async () => {
    const house = await openTls()
    const { cert, key } = other.sign('cover-1')
    await expect(connect(house, 'cover-1', { cert, key, password: 'x' })).rejects.toThrow(
      /password/,
    )
    const client = await connect(house, 'cover-1', { cert, key })
    expect(client.connected).toBe(true)
  })

  test('a handshake that comes to nothing ends alone and in time', async () => {
    const house = await openTls({ connectTimeoutMs: 100 })
    const silent = new RawClient(house.broker.ports.tls ?? 0)
    const rude = new RawClient(house.broker.ports.tls ?? 0).send(connectPacket('cover-1'))
    await Promise.all([silent.closed, rude.closed])
    await connect(house, 'cover-1')
  })

  test('files that do not do are named', async () => {
    const message = (more: object) => openTls(more).catch((error: unknown) => String(error))
    expect(await message({ tlsCertFile: null })).toMatch(/MQTT_TLS_CERT_FILE must be/)
    expect(await message({ tlsKeyFile: '/no/such/file' })).toMatch(
      /MQTT_TLS_KEY_FILE cannot be read/,
    )
    expect(await message({ tlsKeyFile: server.certFile })).toMatch(/MQTT_TLS_KEY_FILE/)
    await expect(openTls({ tlsCertFile: null })).rejects.toThrow(Rejected)
  })
})

describe('over WebSocket', () => {
  test('mqtt.js publishes and is acknowledged', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const client = await connectMqtt(`ws://127.0.0.1:${house.broker.ports.ws}/mqtt`, 'cover-1')
    await Promise.all([1, 2, 3].map((seq) => client.publishAsync(TOPIC, reading(seq), { qos: 1 })))
    expect(seqsOf(house.sink)).toEqual([1, 2, 3])
    expect(house.broker.connections()).toMatchObject([{ listener: 'ws' }])
    await client.endAsync()
  })

  test('a client with a full window is stopped and goes on', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 }, ingest: { clientWindowMessages: 10 } })
    const client = await connectMqtt(`ws://127.0.0.1:${house.broker.ports.ws}`, 'cover-1')
    house.sink.hold()
    const seqs = Array.from({ length: 100 }, (_, seq) => seq)
    const published = Promise.all(
      seqs.map((seq) => client.publishAsync(TOPIC, reading(seq), { qos: 1 })),
    )
    await vi.waitFor(() => {
      expect(house.broker.connections()).toMatchObject([{ inFlight: 10, isStopped: true }])
    })
    house.sink.letGo()
    await published
    expect(seqsOf(house.sink)).toEqual(seqs)
  })

  const open = (house: House, protocol: string | undefined): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${house.broker.ports.ws}`, protocol)

  test('a refusal arrives before the end', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const url = `ws://127.0.0.1:${house.broker.ports.ws}`
    await expect(connectMqtt(url, 'cover-1', { password: 'wrong' })).rejects.toThrow(/password/)
  })

  test('whoever does not name MQTT, speaks in text, or in frames too large, is turned away', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const ended = (socket: WebSocket) =>
      new Promise((resolve) => {
        socket.once('close', resolve)
        socket.on('error', resolve)
      })
    await ended(open(house, undefined))
    await ended(open(house, 'chat'))
    const text = open(house, 'mqtt')
    text.once('open', () => text.send('hello'))
    expect(await ended(text)).toBe(1003)
    const large = open(house, 'mqtt')
    large.once('open', () => large.send(Buffer.alloc(1_000_000)))
    expect(await ended(large)).toBe(1009)
    const plain = await fetch(`http://127.0.0.1:${house.broker.ports.ws}/`)
    expect(plain.status).toBe(426)
    await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_connections')).toBe(0))
  })
})

describe('a listener', () => {
  const occupied = async (): Promise<number> => {
    const server: Server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    return (server.address() as { port: number }).port
  }

  test.each([
    ['port', 'MQTT_PORT'],
    ['wsPort', 'MQTT_WS_PORT'],
  ])(
    'whose %s is taken says so, names its setting and leaves nothing open',
    async (key, setting) => {
      const port = await occupied()
      const opening = openHouse({ mqtt: { [key]: port } })
      await expect(opening).rejects.toThrow(
        `port ${port} is taken by another program: stop it, or set ${setting} to a free port`,
      )
      await expect(opening).rejects.toMatchObject({ code: 'port-in-use' })
      await expect(opening).rejects.toBeInstanceOf(Unavailable)
    },
  )

  test('on an address this machine has not says which settings to look at', async () => {
    const opening = openHouse({ mqtt: { host: '192.0.2.1' } })
    await expect(opening).rejects.toMatchObject({ code: 'bad-configuration' })
    await expect(opening).rejects.toThrow(/MQTT_HOST/)
  })

  test('takes no more connections than it may, in all and from one address', async () => {
    for (const [mqtt, reason] of [
      [{ connectionsMax: 2 }, 'too-many'],
      [{ connectionsPerAddressMax: 2 }, 'too-many-of-address'],
    ] as const) {
      const house = await openHouse({ mqtt })
      const first = await enter(house, 'cover-1')
      await enter(house, 'cover-2')
      await new RawClient(house.broker.ports.tcp).closed
      expect(await metric(house, 'wanmi_mqtt_connections_refused_total', { reason })).toBe(1)
      first.socket.destroy()
      await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_connections')).toBe(1))
      await enter(house, 'gauge-1')
    }
  })
})

describe('closing', () => {
  test('acknowledges what was taken, takes nothing more, and ends every connection', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const url = `ws://127.0.0.1:${house.broker.ports.ws}`
    const webSocket = await connectMqtt(url, 'cover-2')
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    client.send(telemetryPacket('cover-1', reading(1), 1))
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    const closing = house.broker.close()
    client.send(telemetryPacket('cover-1', reading(2), 2))
    house.sink.letGo()
    await closing
    await client.closed
    expect(client.acknowledged).toEqual([1])
    expect(seqsOf(house.sink)).toEqual([1])
    await vi.waitFor(() => expect(webSocket.connected).toBe(false))
    await new RawClient(house.broker.ports.tcp).closed
  })

  test('a client that does not listen, or has not said a word, is not waited for', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const client = await enter(house, 'cover-1')
    client.socket.pause()
    const silent = [house.broker.ports.tcp, house.broker.ports.ws ?? 0].map(
      (port) => new RawClient(port),
    )
    await Promise.all(silent.map(({ socket }) => once(socket, 'connect')))
    await house.broker.close()
    await Promise.all(silent.map(({ closed }) => closed))
  })

  test('an outage of the database does not hold it up for ever', async () => {
    const house = await openHouse({ broker: { drainWaitMs: 100 } })
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    client.send(telemetryPacket('cover-1', reading(1), 1))
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    await house.broker.close()
    await client.closed
    expect(client.acknowledged).toEqual([])
  })
})
