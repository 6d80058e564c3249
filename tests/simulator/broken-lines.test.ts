import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '#model/time.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fleet, type FleetOptions } from '#simulator/fleet/fleet.ts'
import type { Act } from '#simulator/network/act.ts'
import { buildCity } from '#simulator/world/city.ts'
import { FakeBroker, type FakeBrokerOptions } from './fake-broker.ts'
import { textOf } from './test-client.ts'
import { until } from './until.ts'

const CITY = buildCity({ seed: 'lines', devices: 5 })
const [device] = CITY.devices as [(typeof CITY.devices)[number]]
const at = systemClock.now()

const publishOf = (text: string, of = device): Act => {
  const payload = Buffer.from(text)
  const emission = { at, device: of, payload, shows: [] }
  return { type: 'publish', at, device: of, payload, emissions: [emission], again: false }
}
const lineAct = (type: 'down' | 'up' | 'cut' | 'freeze'): Act => ({ type, at, device })
const noiseOf = (noise: 'malformed' | 'oversize' | 'flood', text: string): Act => ({
  type: 'noise',
  noise,
  at,
  device,
  payload: Buffer.from(text),
})

interface Connected extends AsyncDisposable {
  readonly broker: FakeBroker
  readonly fleet: Fleet
  /** What the broker was told, and by whom it is connected now. */
  readonly told: () => readonly string[]
  readonly knocks: () => number
}

/** One device connected to a broker that closes an old connection for a new one, unless told not to. */
async function connected(
  options: Partial<FleetOptions> = {},
  brokerOptions: FakeBrokerOptions = {},
  notices = true,
): Promise<Connected> {
  const broker: FakeBroker = await FakeBroker.open({
    ...brokerOptions,
    returnCode: ({ clientId }) => {
      const others = notices ? broker.sessions.slice(0, -1) : []
      for (const { connect, socket } of others) if (connect.clientId === clientId) socket.destroy()
      return 0
    },
  })
  const fleet = new Fleet({
    devices: [device],
    seed: '1',
    endpoint: { host: '127.0.0.1', port: broker.port },
    clock: systemClock,
    qos: 1,
    window: 20,
    onTrouble: () => undefined,
    ...options,
  })
  fleet.connect()
  await until(() => fleet.counters().connected === fleet.counters().devices, 'all are connected')
  return {
    broker,
    fleet,
    told: () => broker.published.map(({ packet }) => textOf(packet)),
    knocks: () => broker.knocks,
    async [Symbol.asyncDispose]() {
      await fleet.end(seconds(0))
      await broker[Symbol.asyncDispose]()
    },
  }
}

describe('the line of a device', () => {
  test('that is cut is there again at once, without a goodbye and with what was on its way', async () => {
    await using line = await connected({}, { acknowledges: ({ dup }) => dup })
    const { broker, fleet } = line
    fleet.perform(publishOf('a'))
    await until(() => line.told().length === 1, 'it was said once')
    const begunAt = performance.now()
    fleet.perform(lineAct('cut'))
    await until(() => fleet.counters().acknowledged === 1, 'it is acknowledged')
    // The usual pause before another attempt is half a second at least.
    expect(performance.now() - begunAt).toBeLessThan(400)
    expect(line.told()).toEqual(['a', 'a'])
    expect(broker.packets.some(({ packet }) => packet.cmd === 'disconnect')).toBe(false)
    expect(fleet.counters()).toMatchObject({ connectionsLost: 1, resent: 1, published: 1 })
  })

  test('that is down is not tried before it is up, and then what waited goes out', async () => {
    await using line = await connected()
    const { fleet } = line
    fleet.perform(lineAct('down'))
    expect(fleet.counters().connected).toBe(0)
    fleet.perform(publishOf('waits'))
    // Nothing tells that nothing happens but that time goes by: another device is heard meanwhile.
    await using other = await connected()
    other.fleet.perform(publishOf('x'))
    await until(() => other.fleet.counters().acknowledged === 1, 'another is heard')
    expect(line.knocks()).toBe(1)
    fleet.perform(lineAct('up'))
    await until(() => fleet.counters().acknowledged === 1, 'it is heard again')
    expect(line.knocks()).toBe(2)
  })

  test('that is frozen stays open, unheard, beside the one that takes over', async () => {
    await using line = await connected({}, {}, false)
    const { broker, fleet } = line
    const [first] = broker.sessions
    let closed = false
    first?.socket.once('close', () => (closed = true))
    fleet.perform(lineAct('freeze'))
    await until(() => fleet.counters().connected === 1 && line.knocks() === 2, 'it has another')
    // Not acknowledged: nobody reads it there.
    const command = { id: 'c', name: 'identify', args: {}, expiresAt: '2999-01-01T00:00:00Z' }
    const payload = JSON.stringify(command)
    const packet = { cmd: 'publish', topic: 't', payload, qos: 1, messageId: 7 } as const
    first?.send({ ...packet, dup: false, retain: false })
    fleet.perform(publishOf('on the new one'))
    await until(() => fleet.counters().acknowledged === 1, 'it is heard')
    expect(fleet.counters().commandsAnswered).toBe(0)
    expect(closed).toBe(false)
    await fleet.end(seconds(0))
    await until(() => closed, 'it is closed at the end')
  })

  test('that a clone fights for comes back to its device, and nothing is lost', async () => {
    await using line = await connected()
    const { fleet } = line
    fleet.perform({ type: 'clone', at, device, until: (at + 300) as typeof at })
    await until(() => fleet.counters().connectionsLost > 0, 'it was pushed out')
    fleet.perform(publishOf('mine'))
    await until(() => fleet.counters().acknowledged === 1, 'it is heard all the same')
    expect(line.knocks()).toBeGreaterThanOrEqual(3)
    const { clientId, username } = line.broker.sessions[1]?.connect ?? {}
    expect([clientId, username]).toEqual([device.id, device.id])
  })

  test('that breaks for a message too large gives that up, and nothing else', async () => {
    const brokerOptions: FakeBrokerOptions = {
      acknowledges: ({ payload, qos }, { socket }) => {
        if (payload.length > 65_536) socket.destroy()
        return qos === 1
      },
    }
    await using line = await connected({}, brokerOptions)
    const { fleet, broker } = line
    fleet.perform(noiseOf('oversize', 'x'.repeat(70_000)))
    fleet.perform(publishOf('good'))
    broker.cut()
    await until(() => fleet.counters().acknowledged === 1, 'the good one is acknowledged')
    expect(line.told().filter((text) => text.length > 65_536).length).toBeLessThanOrEqual(1)
    expect(fleet.counters()).toMatchObject({ noise: 1, published: 1 })
  })
})

// Elsewhere this machine has no other address of its own.
test.skipIf(process.platform !== 'linux')(
  'a device beyond what one address can carry connects from the next',
  async () => {
    await using line = await connected({ devices: [{ ...device, index: 25_000 }] })
    const { socket } = line.broker.sessions[0] as { readonly socket: Duplex }
    expect((socket as Socket).remoteAddress).toBe('127.0.0.2')
  },
)

describe('a fleet that is told more than it is acknowledged', () => {
  test('says when there is room, and counts readings, noise and losses apart', async () => {
    const held: (() => void)[] = []
    await using line = await connected(
      { window: 4 },
      {
        acknowledges: ({ messageId = 0 }, { send }) => {
          held.push(() => send({ cmd: 'puback', messageId }))
          return false
        },
      },
    )
    const { fleet } = line
    let room = 0
    const ask = (): void => void fleet.room().then(() => (room += 1))
    for (const text of ['a', 'b', 'c']) fleet.perform(publishOf(text))
    ask()
    await until(() => room === 1, 'there is room')
    fleet.perform(noiseOf('flood', 'a'))
    ask()
    await until(() => held.length === 4, 'all four are on their way')
    expect(room).toBe(1)
    held.shift()?.()
    await until(() => room === 2, 'there is room again')
    for (const release of held) release()
    const emission = { at, device, payload: Buffer.of(), shows: [] }
    fleet.perform({ type: 'lost', at, device, emission })
    await until(() => fleet.counters().acknowledged === 3, 'all readings are acknowledged')
    expect(fleet.counters()).toMatchObject({ published: 3, readings: 3, noise: 1, lost: 1 })
  })

  test('does not wait for whom the broker turns away for good', async () => {
    await using broker = await FakeBroker.open({
      returnCode: ({ clientId }) => (clientId === device.id ? 5 : 0),
    })
    const fleet = new Fleet({
      devices: CITY.devices.slice(0, 2),
      seed: '1',
      endpoint: { host: '127.0.0.1', port: broker.port },
      clock: systemClock,
      qos: 1,
      window: 1,
      onTrouble: () => undefined,
    })
    fleet.perform(publishOf('a'))
    fleet.perform(publishOf('b'))
    fleet.connect()
    await fleet.room()
    expect(fleet.counters().refused).toBe(1)
    for (let n = 0; n < 10; n += 1) fleet.perform(publishOf('c'))
    await fleet.room()
    expect(fleet.counters()).toMatchObject({ published: 12, acknowledged: 0 })
    await fleet.end(milliseconds(0))
  })

  test('does not wait for whom it has itself taken out of coverage', async () => {
    let answering = false
    await using line = await connected({ window: 2 }, { acknowledges: () => answering })
    const { fleet } = line
    for (const text of ['a', 'b', 'c']) fleet.perform(publishOf(text))
    const room = fleet.room()
    fleet.perform(lineAct('down'))
    await room
    fleet.perform(publishOf('d'))
    await fleet.room()
    answering = true
    fleet.perform(lineAct('up'))
    await fleet.room()
    await until(() => fleet.counters().acknowledged === 4, 'all are acknowledged')
    await fleet.room()
  })

  test('at QoS 0 counts what was given to the connection', async () => {
    await using line = await connected({ qos: 0 })
    line.fleet.perform(publishOf('a'))
    await until(() => line.told().length === 1, 'it was heard')
    expect(line.broker.published[0]?.packet.qos).toBe(0)
    expect(line.fleet.counters()).toMatchObject({ published: 1, acknowledged: 1 })
  })
})
