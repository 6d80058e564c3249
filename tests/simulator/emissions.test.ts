import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findKind } from '#model/kinds.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import { createWorld } from '#simulator/world/world.ts'
import {
  type SimulatedReading,
  type SimulatedRun,
  scenarioWith,
  simulate,
} from './simulated-run.ts'

const run = simulate(scenarioWith())

describe('the stream of a fleet', () => {
  test('the same seed gives the same bytes in the same order', () => {
    const digest = ({ readings }: SimulatedRun): string => {
      const hash = createHash('sha256')
      for (const { deviceId, payload } of readings) hash.update(`${deviceId} ${payload}\n`)
      return hash.digest('hex')
    }
    const short = (citySeed: string): SimulatedRun =>
      simulate(
        scenarioWith({
          city: { seed: citySeed },
          fleet: { devices: 60, rate: 20 },
          duration: '3m',
        }),
      )
    expect(digest(short('7'))).toBe(digest(short('7')))
    expect(digest(short('8'))).not.toBe(digest(short('7')))
  })

  test('comes in the order of time, at the rate asked for', () => {
    for (let index = 1; index < run.readings.length; index += 1) {
      expect(run.readings[index]?.at).toBeGreaterThanOrEqual(run.readings[index - 1]?.at ?? 0)
    }
    const wanted = 50 * 40 * 60
    expect(run.readings.length / wanted).toBeGreaterThan(0.99)
    expect(run.readings.length / wanted).toBeLessThan(1.01)
  })

  test('no device measures twice at the same time', () => {
    const seen = new Set(run.readings.map(({ deviceId, at }) => `${deviceId} ${at}`))
    expect(seen.size).toBe(run.readings.length)
  })

  test('what a device measures is the same in a larger fleet and in a smaller shard', () => {
    const calm = { city: { seed: '7' }, duration: '20m', incidents: {} }
    const interval = { interval: { 'manhole-cover': '20s', 'patrol-terminal': '20s' } }
    const mix = { mix: { 'manhole-cover': 0.5, 'patrol-terminal': 0.5 } }
    const few = simulate(scenarioWith({ ...calm, fleet: { devices: 40, ...mix, ...interval } }))
    const many = simulate(scenarioWith({ ...calm, fleet: { devices: 90, ...mix, ...interval } }))
    // What flows below a cover it shares with others; what it is itself, it does not.
    const own = ({ deviceId, values }: SimulatedReading): string =>
      JSON.stringify([deviceId, values['tilt_deg'], values['rssi_dbm'], values['lon_deg']])
    const ids = new Set(few.city.devices.map(({ id }) => id))
    const shared = many.readings.filter(({ deviceId }) => ids.has(deviceId))
    expect(shared.map(own)).toEqual(few.readings.map(own))
    const world = createWorld(many.plan)
    const half = [...emissions(world, { index: 1, of: 2 })].map(({ payload }) => payload.toString())
    const odd = many.readings.filter(({ deviceId }) => indexOf(many, deviceId) % 2 === 1)
    expect(half).toEqual(odd.map(({ payload }) => payload))
  })

  test('every value is of a channel of its kind, of its type, within its range and precision', () => {
    const channels = new Map(
      run.city.devices.map(({ kind }) => [
        kind,
        new Map(findKind(kind)?.channels.map((channel) => [channel.name, channel])),
      ]),
    )
    const bad = run.readings.flatMap(({ kind, values }) =>
      Object.entries(values).filter(([name, value]) => {
        const channel = channels.get(kind)?.get(name)
        if (!channel) return true
        if (typeof value === 'boolean') return channel.type !== 'boolean'
        const { min = 0, max = 0, precision = 0, type } = channel
        const steps = value / precision
        return (
          type === 'boolean' ||
          value < min ||
          value > max ||
          Math.abs(steps - Math.round(steps)) > 1e-6 * Math.max(1, Math.abs(steps))
        )
      }),
    )
    expect(bad).toEqual([])
  })
})

const indexOf = ({ city }: SimulatedRun, deviceId: string): number =>
  city.devices.find(({ id }) => id === deviceId)?.index ?? Number.NaN
