import { describe, expect, test } from 'vitest'
import { findKind } from '#model/kinds.ts'
import { epochMs } from '#model/time.ts'
import { equip } from '#simulator/sensors/equip.ts'
import { faultsOf } from '#simulator/sensors/faults/diagnose.ts'
import { FAULTS, type FaultName } from '#simulator/sensors/instrument.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type SimulatedRun, scenarioWith, simulate } from '#tests/simulator/simulated-run.ts'
import { type Faults, isLikely, startedAt, worldOf } from './bench.ts'

const spells = { every: { exponential: '3h' }, lasts: { exponential: '20m' } }
const everything = (share: number): Faults => ({
  bias: { share, size: 0.1 },
  drift: { share, perDay: 0.05 },
  spikes: { share, chance: 0.05, size: 0.5 },
  stuck: { share, ...spells },
  flatBattery: { share },
  fix: {
    error_m: 12,
    jump: { share, chance: 0.02, distance_m: 400 },
    dropout: { share, ...spells },
    shifted: { share, system: 'GCJ-02' },
  },
  clock: {
    drift: { share, ppm: 40 },
    zone: { share, offset_h: -8 },
    reset: { share, ...spells },
  },
})

/** Which devices can have a fault at all. */
const CAN_HAVE: Partial<Record<FaultName, (device: SimulatedDevice) => boolean>> = {
  bias: ({ kind }) => kind !== 'patrol-terminal',
  drift: ({ kind }) => kind !== 'patrol-terminal',
  spike: ({ kind }) => kind !== 'patrol-terminal',
  'fix-jump': ({ kind }) => findKind(kind)?.mobile === true,
  'fix-dropout': ({ kind }) => findKind(kind)?.mobile === true,
  'fix-shifted': ({ kind }) => findKind(kind)?.mobile === true,
  'flat-battery': ({ kind }) => kind !== 'refuse-truck',
}
const many = { devices: 4_000 }

describe('who is afflicted', () => {
  const world = worldOf({ sensors: everything(0.2), fleet: many, duration: '31d' })
  const { devices } = world.setting.city
  const found = new Map(devices.map((device) => [device, faultsOf(world, device)]))
  const having = (fault: FaultName): ReadonlySet<SimulatedDevice> =>
    new Set(devices.filter((device) => found.get(device)?.some((one) => one.fault === fault)))

  test.each(FAULTS)(
    '%s befalls its share of the devices that can have it, and no other',
    (fault) => {
      const able = devices.filter((device) => CAN_HAVE[fault]?.(device) ?? true)
      const struck = having(fault)
      expect(able.filter((device) => struck.has(device))).toHaveLength(struck.size)
      expect(isLikely(struck.size, able.length, 0.2)).toBe(true)
    },
  )

  test('one fault does not draw another with it', () => {
    const biased = having('bias')
    const both = [...having('clock-drift')].filter((device) => biased.has(device))
    expect(isLikely(both.length, biased.size, 0.2)).toBe(true)
  })

  test('a larger share befalls the same ones and more', () => {
    const less = worldOf({ sensors: everything(0.1), fleet: many })
    for (const device of devices) {
      const names = new Set(found.get(device)?.map(({ fault }) => fault))
      expect(faultsOf(less, device).filter(({ fault }) => !names.has(fault))).toEqual([])
    }
  })

  test('every fault lies within the run, and those are told that begin before an instant', () => {
    const { endedAt } = world.setting
    const all = [...found.values()].flat()
    expect(all.filter((one) => one.startedAt < startedAt || one.endedAt > endedAt)).toEqual([])
    const until = epochMs(startedAt + 3_600_000)
    const device = [...having('stuck')][0] as SimulatedDevice
    const own = found.get(device) ?? []
    expect(own.length).toBeGreaterThan(100)
    expect(faultsOf(world, device, until)).toEqual(own.filter((one) => one.startedAt < until))
    expect(equip(world, device).faults).toEqual(own)
  })

  test('nobody is where the scenario says nothing, or there is none', () => {
    const calm = worldOf({ fleet: many })
    expect(devices.every((device) => faultsOf(calm, device).length === 0)).toBe(true)
  })
})

describe('readings of the others', () => {
  const fleet = { devices: 120, rate: 20 }
  const part = (sensors?: Faults): SimulatedRun =>
    simulate(scenarioWith({ fleet, duration: '6m', ...(sensors ? { sensors } : {}) }))
  const { fix, ...rest } = everything(0.1)
  // The error of every receiver is the same in all three.
  const error_m = fix?.error_m ?? 12
  const healthy = part({ fix: { error_m } })
  const ill = part({ ...rest, fix: { ...fix, error_m } })
  const fewer = part({ clock: rest.clock ?? {}, fix: { error_m } })

  const sick = ({ plan }: SimulatedRun): Set<string> =>
    new Set(
      plan.city.devices
        .filter((device) => faultsOf({ setting: plan }, device).length > 0)
        .map(({ id }) => id),
    )
  const payloads = ({ readings }: SimulatedRun, but: Set<string>): string[] =>
    readings.filter(({ deviceId }) => !but.has(deviceId)).map(({ payload }) => payload)

  test('are the same to the byte, with and without the faults of some', () => {
    const afflicted = sick(ill)
    expect(afflicted.size).toBeGreaterThan(20)
    expect(afflicted.size).toBeLessThan(110)
    const spared = payloads(healthy, afflicted)
    expect(spared.length).toBeGreaterThan(500)
    expect(payloads(ill, afflicted)).toEqual(spared)
    expect(payloads(fewer, sick(fewer))).toEqual(payloads(healthy, sick(fewer)))
  })

  test('the same faults give the same bytes again', () => {
    const again = part({ ...rest, fix: { ...fix, error_m } })
    expect(payloads(again, new Set())).toEqual(payloads(ill, new Set()))
  })
})

describe('all faults at once', () => {
  const run = simulate(
    scenarioWith({
      fleet: { devices: 200, rate: 10, byChange: true },
      duration: '30m',
      sensors: {
        ...everything(1),
        stuck: { share: 1, every: { exponential: '8m' }, lasts: { exponential: '2m' } },
      },
    }),
  )

  test('every value is within the range of its channel', () => {
    for (const { kind, values } of run.readings) {
      for (const [name, value] of Object.entries(values)) {
        const channel = findKind(kind)?.channels.find((one) => one.name === name)
        expect(typeof value).toBe(channel?.type === 'boolean' ? 'boolean' : 'number')
        if (typeof value !== 'number') continue
        expect(value).toBeGreaterThanOrEqual(channel?.min ?? Infinity)
        expect(value).toBeLessThanOrEqual(channel?.max ?? -Infinity)
      }
    }
    expect(run.readings.length).toBeGreaterThan(5_000)
  })

  test('no device stamps two readings with the same time', () => {
    const stamps = run.readings.map(
      ({ deviceId, payload }) => `${deviceId} ${JSON.parse(payload).measuredAt}`,
    )
    expect(new Set(stamps).size).toBe(stamps.length)
  })
})

test('a device whose cell fails says so before it is heard of no more', () => {
  const run = simulate(
    scenarioWith({
      sensors: { flatBattery: { share: 1 } },
      fleet: { devices: 100 },
      duration: '1d',
      incidents: {},
    }),
  )
  const byDevice = Map.groupBy(run.readings, ({ deviceId }) => deviceId)
  let silent = 0
  for (const device of run.city.devices.filter(({ kind }) => kind !== 'refuse-truck')) {
    const own = byDevice.get(device.id) ?? []
    const [first, last] = [own[0], own.at(-1)]
    const [fault] = faultsOf({ setting: run.plan }, device)
    if (!first || !last || !fault || fault.startedAt <= first.at) continue
    expect(last.at).toBeGreaterThanOrEqual(fault.startedAt)
    expect(Number(last.values['battery_pct'])).toBeLessThan(20)
    if (run.plan.endedAt - last.at > 3 * run.plan.interval(device.kind)) silent += 1
  }
  expect(silent).toBeGreaterThan(40)
})
