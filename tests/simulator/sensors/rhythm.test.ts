import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EpochMs, epochMs, minutes } from '#model/time.ts'
import { alerted, alertOf } from '#simulator/sensors/alert.ts'
import { wakesOf } from '#simulator/sensors/disturbances.ts'
import { equip } from '#simulator/sensors/equip.ts'
import { type Rhythm, wokenAt } from '#simulator/sensors/rhythm.ts'
import type { World } from '#simulator/world/world.ts'
import { scenarioWith, simulate, tracks } from '#tests/simulator/simulated-run.ts'
import { after, saying, startedAt, worldOf } from './bench.ts'

const calm = worldOf({})

/** When a device reports in the first so many seconds. */
function moments(rhythm: Rhythm, seconds: number): number[] {
  const found: number[] = []
  const end = startedAt + seconds * 1_000
  for (let at = rhythm.firstAt; at < end; at = rhythm.next(at)) found.push(at)
  return found
}

const deviceOf = (world: World, kind: string) => {
  const device = world.setting.city.devices.find((one) => one.kind === kind)
  return device ?? expect.fail(`there is a ${kind}`)
}

describe('by interval', () => {
  test('a device begins within the first and goes on within a twentieth of it', () => {
    for (const device of calm.setting.city.devices) {
      const interval = calm.setting.interval(device.kind)
      const instrument = equip(calm, device)
      expect(instrument.firstAt - startedAt).toBeGreaterThanOrEqual(0)
      expect(instrument.firstAt - startedAt).toBeLessThan(interval)
      let at = instrument.firstAt
      for (let n = 0; n < 20; n += 1) {
        const next = instrument.next(at)
        expect(Math.abs(next - at - interval)).toBeLessThanOrEqual(0.05 * interval + 1)
        at = next
      }
    }
  })

  test('not all together: the first readings are spread over the interval', () => {
    const covers = calm.setting.city.devices.filter(({ kind }) => kind === 'manhole-cover')
    const minutes = covers.map((device) =>
      Math.floor((equip(calm, device).firstAt - startedAt) / 600_000),
    )
    expect(new Set(minutes).size).toBe(6)
  })
})

describe('by change', () => {
  const every = (interval: number): Rhythm => ({
    firstAt: epochMs(startedAt + interval),
    next: (at) => epochMs(at + interval),
  })

  test('wakes come between, and the rhythm goes on as if there were none', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 100_000 })), (offsets) => {
        const wakes = offsets.sort((a, b) => a - b).map((off) => epochMs(startedAt + off))
        const plain = moments(every(7_000), 200)
        const woken = moments(wokenAt(wakes, every(7_000)), 200)
        expect(woken).toEqual([...new Set([...plain, ...wakes])].sort((a, b) => a - b))
      }),
      { numRuns: 200 },
    )
  })

  const incidents = {
    scheduled: [
      { cause: 'cover-displaced', at: '2h', lasts: '30m', count: 3 },
      { cause: 'cover-hit', at: '3h', lasts: '4s', count: 3 },
      { cause: 'bin-fire', at: '2h', lasts: '10m', count: 2 },
      { cause: 'call-for-help', at: '2h', lasts: '2m', count: 2 },
      { cause: 'methane', at: '2h', lasts: '20m', count: 2 },
    ],
  } as const
  const fleet = { devices: 300, byChange: true }
  const woken = worldOf({ incidents: structuredClone(incidents) as never, fleet })
  const asleep = worldOf({
    incidents: structuredClone(incidents) as never,
    fleet: { ...fleet, byChange: false },
  })
  const extra = (index: number): number[] => {
    const [with_, without] = [woken, asleep].map((world) => {
      const device = world.setting.city.devices[index]
      return device ? moments(equip(world, device), 5 * 3_600) : expect.fail('same city')
    })
    expect(without?.every((at) => with_?.includes(at))).toBe(true)
    return with_?.filter((at) => !without?.includes(at)) ?? []
  }

  test('what disturbs a device has it report within two seconds, in a burst, and again at its end', () => {
    const disturbing = woken.setting.incidents.filter(({ cause }) => cause !== 'methane')
    expect(disturbing).toHaveLength(10)
    for (const { devices, startedAt: from, endedAt } of disturbing) {
      const reports = extra(devices[0]?.index ?? -1)
      expect(reports).toHaveLength(10)
      for (const moment of [from, endedAt]) {
        const first = reports.find((at) => at > moment) ?? 0
        expect(first - moment).toBeGreaterThanOrEqual(200)
        expect(first - moment).toBeLessThanOrEqual(2_000)
        const burst = [0, 10_000, 20_000, 40_000, 60_000].map((off) => first + off)
        if (endedAt - from > 60_000) expect(burst.every((at) => reports.includes(at))).toBe(true)
      }
    }
  })

  test('a road that sinks wakes its covers as it gives way', () => {
    const world = worldOf({
      incidents: { scheduled: [{ cause: 'road-sinking', at: '1h', lasts: '2h' }] },
      fleet: { devices: 60, byChange: true },
    })
    const [incident] = world.setting.incidents
    const wakes = incident?.devices.map((device) => wakesOf(world, device)) ?? []
    expect(wakes.length).toBeGreaterThan(0)
    for (const own of wakes) {
      expect(own).toHaveLength(13)
      for (const minute of [60, 90, 120, 150, 180]) {
        const delays = own.map((at) => at - after(60 * minute))
        expect(delays.some((delay) => delay >= 200 && delay <= 2_000)).toBe(true)
      }
    }
  })

  test('a hit by a lorry shows while it lasts, and is over in the report after it', () => {
    const run = simulate(
      scenarioWith({
        fleet: { devices: 60, byChange: true },
        incidents: { scheduled: [{ cause: 'cover-hit', at: '10m', lasts: '5s', count: 4 }] },
      }),
    )
    expect(run.incidents).toHaveLength(4)
    for (const { devices, startedAt: from, endedAt } of run.incidents) {
      const own = run.readings.filter(({ deviceId }) => deviceId === devices[0]?.id)
      const during = own.find(({ at }) => at > from)
      expect(during?.at).toBeLessThan(endedAt)
      expect(Number(during?.values['tilt_deg'])).toBeGreaterThan(15)
      expect(Number(during?.values['vibration_count'])).toBeGreaterThanOrEqual(12)
      const later = own.find(({ at }) => at > endedAt)
      expect(Number(later?.at) - endedAt).toBeLessThanOrEqual(2_000)
      expect(Number(later?.values['tilt_deg'])).toBeLessThan(15)
    }
  })

  test('nobody else is woken', () => {
    const struck = new Set(
      woken.setting.incidents
        .filter(({ cause }) => cause !== 'methane')
        .flatMap(({ devices }) => devices.map(({ index }) => index)),
    )
    for (const { index } of woken.setting.city.devices) {
      if (!struck.has(index)) expect(extra(index)).toEqual([])
    }
  })

  test('a cover that is displaced for half an hour is seen by its first report after it', () => {
    const run = simulate(
      scenarioWith({
        fleet: { devices: 60, byChange: true },
        duration: '90m',
        incidents: {
          scheduled: [{ cause: 'cover-displaced', at: '10m', lasts: '4m', count: 4 }],
        },
      }),
    )
    expect(run.incidents).toHaveLength(4)
    for (const incident of run.incidents) {
      const track = tracks(run, 'manhole-cover').find(
        ([first]) => first?.deviceId === incident.devices[0]?.id,
      )
      const first = track?.find(({ at }) => at > incident.startedAt)
      expect(Number(first?.at) - incident.startedAt).toBeLessThanOrEqual(2_000)
      expect(Number(first?.values['tilt_deg'])).toBeGreaterThan(15)
      const cleared = track?.find(({ at }) => at > incident.endedAt)
      expect(Number(cleared?.at) - incident.endedAt).toBeLessThanOrEqual(2_000)
      expect(Number(cleared?.values['tilt_deg'])).toBeLessThan(15)
    }
  })
})

describe('alerted', () => {
  const hourly: Rhythm = {
    firstAt: startedAt,
    next: (at) => epochMs(at + 3_600_000),
  }
  const alert = { channel: 'level_mm', above: 2_200, every: minutes(7) }

  test('a sensor reports more often while its water is high, and by its rhythm all along', () => {
    const flood = saying((seconds) => ({
      level_mm: seconds >= 7_200 && seconds < 11_700 ? 3e3 : 0,
    }))
    const gauge = alerted(flood, hourly, alert)
    const found: number[] = []
    for (let at = gauge.firstAt; at < after(5 * 3_600); at = gauge.next(at)) {
      gauge.measure(at)
      found.push((at - startedAt) / 60_000)
    }
    expect(found).toEqual([
      0, 60, 120, 127, 134, 141, 148, 155, 162, 169, 176, 180, 187, 194, 201, 240,
    ])
  })

  test('only where there is a level that can be high', () => {
    const alerts = calm.setting.city.devices.map((device) => [device, alertOf(device)] as const)
    for (const [{ kind, medium }, found] of alerts) {
      const levels = kind === 'manhole-cover' || (kind === 'pipe-gauge' && medium !== 'water')
      expect(found !== null).toBe(levels)
    }
  })
})

test('asking twice for the same rhythm gives the same moments', () => {
  const device = deviceOf(calm, 'pipe-gauge')
  const [one, other]: EpochMs[][] = [0, 1].map(
    () => moments(equip(calm, device), 86_400) as EpochMs[],
  )
  expect(one?.length).toBeGreaterThan(270)
  expect(other).toEqual(one)
})
