import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findKind } from '#model/kinds.ts'
import { type SimulatedRun, scenarioWith, simulate } from './simulated-run.ts'

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
