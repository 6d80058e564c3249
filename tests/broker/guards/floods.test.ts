import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { frame, UPGRADE } from '#tests/broker/fuzz/web-socket-frames.ts'
import { connectPacket, enter, metric, openHouse, RawClient } from '#tests/broker/harness.ts'
import { besideNeighbour } from './neighbour.ts'

const REFUSED = 'wanmi_mqtt_connections_refused_total'

/** A socket that says nothing. */
function openSilent(port: number): Socket {
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.on('error', () => socket.destroy())
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

const silentOnes = (port: number, count: number): Socket[] =>
  Array.from({ length: count }, () => openSilent(port))

describe('silent sockets', () => {
  test('that fill an address make room for a device, oldest first', async () => {
    const house = await openHouse({ mqtt: { connectionsPerAddressMax: 20 } })
    await besideNeighbour(house, async () => {
      const sockets = silentOnes(house.broker.ports.tcp, 200)
      await Promise.all(sockets.slice(0, 150).map((socket) => once(socket, 'close')))
      const device = await enter(house, 'cover-1')
      expect(device.isClosed).toBe(false)
    })
    expect(await metric(house, REFUSED, { reason: 'silence' })).toBeGreaterThan(150)
    expect(house.broker.nuisances()).toMatchObject([
      { guard: 'silence', addresses: ['127.0.0.1'], deviceId: null },
    ])
  })

  test('that fill the broker make room too', async () => {
    const house = await openHouse({ mqtt: { connectionsMax: 20 } })
    silentOnes(house.broker.ports.tcp, 60)
    await enter(house, 'cover-1')
    expect(await metric(house, REFUSED, { reason: 'silence' })).toBeGreaterThan(0)
  })

  test('are all there may be where devices leave no room, and devices stay', async () => {
    const house = await openHouse({ mqtt: { connectionsMax: 2 } })
    const devices = [await enter(house, 'cover-1'), await enter(house, 'cover-2')]
    const socket = openSilent(house.broker.ports.tcp)
    await once(socket, 'close')
    expect(devices.map(({ isClosed }) => isClosed)).toEqual([false, false])
    expect(await metric(house, REFUSED, { reason: 'too-many' })).toBe(1)
    expect(house.broker.nuisances()).toMatchObject([{ guard: 'connections' }])
  })
})

describe('connections that come to nothing', () => {
  test('run dry for their address, and it is shown, counted and logged', async () => {
    const house = await openHouse({ mqtt: { vainBurst: 50, vainPerSecond: 1 } })
    await besideNeighbour(house, async () => {
      const sockets = silentOnes(house.broker.ports.tcp, 120)
      const closed = () => sockets.filter((socket) => socket.destroyed).length
      await expect.poll(closed).toBeGreaterThan(50)
    })
    const reason = 'too-fast-of-address'
    expect(await metric(house, REFUSED, { reason })).toBeGreaterThan(50)
    expect(await metric(house, 'wanmi_mqtt_guarded_total', { guard: 'connections' })).toBe(
      await metric(house, REFUSED, { reason }),
    )
    expect(await metric(house, 'wanmi_mqtt_nuisances', { guard: 'connections' })).toBe(1)
    const [line, ...more] = house.logged
    expect(line).toMatchObject({ level: 40, guard: 'connections', addresses: ['127.0.0.1'] })
    expect(more).toEqual([])
  })

  test('are none where devices are let in: a city behind one gateway may come at once', async () => {
    const house = await openHouse({ mqtt: { vainBurst: 5, vainPerSecond: 1, takeoversMax: 1_000 } })
    for (let time = 0; time < 50; time++) {
      const device = await enter(house, time % 2 ? 'cover-1' : 'cover-2')
      device.socket.destroy()
      await device.closed
    }
    expect(await metric(house, REFUSED)).toBe(0)
  })
})

describe('before its CONNECT is whole a client', () => {
  test('that drips it is cut off when its time is over', async () => {
    const house = await openHouse({ mqtt: { connectTimeoutMs: 400 } })
    await besideNeighbour(house, async () => {
      const bytes = connectPacket('cover-1')
      const client = new RawClient(house.broker.ports.tcp)
      let at = 0
      const drip = setInterval(() => client.send(bytes.subarray(at, ++at)), 30)
      await client.closed
      clearInterval(drip)
      expect(at).toBeLessThan(bytes.length)
    })
  })

  test('cannot have frames of a WebSocket gathered for it', async () => {
    const house = await openHouse({ mqtt: { wsPort: 0 } })
    const socket = openSilent(house.broker.ports.ws ?? 0)
    socket.write(UPGRADE)
    await once(socket, 'data')
    // The beginning of a message that never ends.
    socket.write(frame(Buffer.alloc(20_000, 0x10), 0x02))
    await once(socket, 'close')
    expect(await metric(house, REFUSED, { reason: 'greeting' })).toBe(1)
    expect(house.broker.nuisances()).toMatchObject([{ guard: 'greeting' }])
  })
})
