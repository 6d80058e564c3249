import { describe, expect, test } from 'vitest'
import { FairQueue } from '#broker/guards/fair-queue.ts'
import { GuessLimits } from '#broker/guards/guess-limits.ts'
import {
  connectPacket,
  type House,
  metric,
  openHouse,
  RawClient,
  secretOf,
} from '#tests/broker/harness.ts'
import { credentialCheck } from '#tests/support/credential-check.ts'
import { besideNeighbour } from './neighbour.ts'

const CHECKED = 4
const NOT_CHECKED = 3

async function codeOf({ broker }: House, deviceId: string, secret: string): Promise<unknown> {
  const packet = connectPacket(deviceId, { password: Buffer.from(secret) })
  const client = new RawClient(broker.ports.tcp).send(packet)
  const connack = await client.answer('connack')
  client.socket.destroy()
  return connack.cmd === 'connack' ? connack.returnCode : undefined
}

describe('whoever guesses at one device', () => {
  test('is heard a few times, and the device that was in before is let in at once', async () => {
    const house = await openHouse()
    expect(await codeOf(house, 'cover-1', secretOf('cover-1'))).toBe(0)
    await besideNeighbour(house, async () => {
      const codes: unknown[] = []
      for (let n = 0; n < 30; n++) codes.push(await codeOf(house, 'cover-1', `guess ${n}`))
      expect(codes).toEqual([...Array(5).fill(CHECKED), ...Array(25).fill(NOT_CHECKED)])
    })
    expect(await codeOf(house, 'cover-1', secretOf('cover-1'))).toBe(0)
    expect(house.broker.nuisances()).toMatchObject([
      { guard: 'guesses', deviceId: 'cover-1', addresses: ['127.0.0.1'], count: 25 },
    ])
  })

  test('with the same wrong secret again and again costs one check', async () => {
    const house = await openHouse()
    for (let n = 0; n < 20; n++) expect(await codeOf(house, 'cover-1', 'old')).toBe(CHECKED)
    expect(house.verified).toEqual(['old'])
    expect(house.broker.nuisances()).toEqual([])
  })

  test('from elsewhere does not shut it out, though it has not been in since the start', async () => {
    const { check } = credentialCheck({
      directory: { credential: () => ({ hash: 'right', enabled: true }) },
      verify: async (secret, hash) => Promise.resolve(secret === hash),
    })
    for (let address = 1; address <= 4; address++) {
      for (let n = 0; n < 10; n++) {
        await check.check('device', Buffer.from(`${address} ${n}`), `10.0.0.${address}`)
      }
    }
    expect(await check.check('device', Buffer.from('right'), '10.9.9.9')).toBe('accepted')
  })

  test('from very many addresses makes it wait, and no longer than half a minute', () => {
    const limits = new GuessLimits({ perAddress: 1_000, perDevice: 20, perPair: 5 })
    const delays = Array.from({ length: 100 }, (_, n) => limits.reserve('device', `10.0.0.${n}`, 0))
    expect(delays.slice(0, 20)).toEqual(Array(20).fill(0))
    expect(delays.slice(20, 23)).toEqual([1_000, 2_000, 3_000])
    expect(delays[49]).toBe(30_000)
    expect(delays[50]).toBeUndefined()
    expect(limits.reserve('another', '10.0.0.1', 0)).toBe(0)
    // And when it is over, it is over.
    expect(limits.reserve('device', '10.1.0.1', 60_000)).toBe(0)
  })
})

describe('whoever guesses at many devices', () => {
  test('is heard no more for now; a name nobody has is never told', async () => {
    const house = await openHouse({ mqtt: { guessesPerAddress: 10 } })
    const codes: unknown[] = []
    for (let n = 0; n < 20; n++) codes.push(await codeOf(house, `my-secret-${n}`, 'x'))
    // One more is checked each second.
    expect(codes.slice(0, 10)).toEqual(Array(10).fill(CHECKED))
    expect(codes.filter((code) => code === NOT_CHECKED).length).toBeGreaterThan(5)
    expect(house.broker.nuisances()).toMatchObject([{ guard: 'guesses', deviceId: null }])
    expect(JSON.stringify(house.logged)).not.toContain('my-secret')
    expect(JSON.stringify(house.logged)).not.toContain('secret of')
  })

  test('learns nothing of whether a device is registered, not even by the time it takes', async () => {
    const house = await openHouse()
    expect(await codeOf(house, 'nobody', 'x')).toBe(await codeOf(house, 'cover-1', 'x'))
    expect(house.verified).toHaveLength(2)
  })

  test('shares an address with thousands of devices, which still come in', () => {
    const limits = new GuessLimits({ perAddress: 10, perDevice: 20, perPair: 5 })
    for (let n = 0; n < 8; n++) limits.failed('10.0.0.1', 0)
    expect(limits.isSuspect('10.0.0.1', 0)).toBe(true)
    for (let n = 0; n < 8; n++) limits.succeeded(`device-${n}`, '10.0.0.1', 0)
    expect(limits.isSuspect('10.0.0.1', 0)).toBe(false)
  })
})

describe('who waits to be checked', () => {
  test('waits for a turn of each address and not for all of one', async () => {
    const queue = new FairQueue(100)
    const order: string[] = []
    const wait = (address: string, isSuspect = false): void => {
      void queue.wait(address, isSuspect).then(() => order.push(address))
    }
    for (let n = 0; n < 5; n++) wait('crowd')
    wait('lone')
    wait('suspect', true)
    while (queue.next()) await Promise.resolve()
    expect(order).toEqual(['crowd', 'lone', 'crowd', 'crowd', 'crowd', 'crowd', 'suspect'])
  })

  test('gives way to another address when there is no room, the longest line first', async () => {
    const queue = new FairQueue(3)
    const waiting = ['crowd', 'crowd', 'crowd'].map((address) => queue.wait(address, false))
    const lone = queue.wait('lone', false)
    expect(await waiting[2]).toBe(false)
    expect(await queue.wait('lone', false)).toBe(false)
    queue.next()
    expect(await waiting[0]).toBe(true)
    queue.next()
    expect(await lone).toBe(true)
  })

  test('though others flood the check with wrong secrets from other addresses', async () => {
    const letGo: (() => void)[] = []
    let checked = 0
    const { check } = credentialCheck({
      directory: { credential: () => ({ hash: 'right', enabled: true }) },
      verify: async (secret, hash) => {
        checked++
        await new Promise<void>((resolve) => letGo.push(resolve))
        return secret === hash
      },
    })
    for (let n = 0; n < 5_000; n++) {
      void check.check(`device-${n}`, Buffer.from('wrong'), `10.0.0.${n % 10}`)
    }
    const honest = check.check('honest', Buffer.from('right'), '10.9.9.9')
    const timer = setInterval(() => letGo.splice(0).forEach((resolve) => resolve()), 1)
    expect(await honest).toBe('accepted')
    clearInterval(timer)
    expect(checked).toBeLessThan(30)
  })
})

test('a device that guards hold back is counted', async () => {
  const house = await openHouse({ mqtt: { guessesPerPair: 1 } })
  for (let n = 0; n < 3; n++) await codeOf(house, 'cover-1', `guess ${n}`)
  expect(await metric(house, 'wanmi_mqtt_guarded_total', { guard: 'guesses' })).toBe(2)
})
