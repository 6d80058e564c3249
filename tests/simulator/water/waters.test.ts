import { describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '#model/time.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import { createWorld } from '#simulator/world/world.ts'
import {
  after,
  type Changes,
  isMain,
  isSewer,
  plannedWith,
  startedAt,
  wetWorld,
} from './wet-world.ts'

const BLOCKED: Changes = {
  incidents: {
    scheduled: [
      { cause: 'sewer-blockage', at: '30m', lasts: '6h', strength: 0.9, count: 12 },
      { cause: 'sewer-blockage', at: '45m', lasts: '6h', strength: 0.9, unwatched: true, count: 8 },
      { cause: 'main-burst', at: '1h', lasts: '1h', strength: 0.9, count: 3 },
    ],
  },
  fleet: { devices: 300, rate: 5, unwatched: 0.3 },
}
const STORM: Changes = { weather: { rain: [{ at: '1h', lasts: '3h', peak_mm_h: 90 }] } }

const plain = (observations: readonly Observation[]): string[] =>
  observations.map((seen) => JSON.stringify(seen))

describe('a calm day', () => {
  test.each([
    ['7', 'workday'],
    ['demo', 'workday'],
    ['a', 'weekend'],
    ['b', 'holiday'],
    ['c', 'workday'],
  ] as const)(
    'of city %s, a %s, stays well below every mark and above every other',
    (seed, day) => {
      const { plan, world } = wetWorld({ city: { seed }, day })
      const levels = plan.city.devices
        .filter(isSewer)
        .map((device) => ({ device, level: world.waters.sewer(device).level_mm }))
      const pressures = plan.city.devices
        .filter(isMain)
        .map((device) => world.waters.main(device).pressure_kpa)
      for (let hour = 0; hour < 24; hour += 0.5) {
        const at = after(hours(hour))
        for (const { level } of levels) {
          const value = level(at)
          expect(value).toBeGreaterThan(0)
          expect(value).toBeLessThan(1_000)
        }
        for (const pressure of pressures) {
          expect(pressure(at)).toBeGreaterThan(220)
          expect(pressure(at)).toBeLessThan(380)
        }
      }
      expect(world.observations(plan.endedAt)).toEqual([])
    },
  )

  test('has its levels from use: higher by day than by night, later at weekends', () => {
    const busiest = (['workday', 'weekend'] as const).map((day) => {
      const { plan, world } = wetWorld({ day })
      const levels = plan.city.devices.filter(isSewer).map((d) => world.waters.sewer(d).level_mm)
      const sums = Array.from({ length: 24 }, (_, hour) =>
        levels.reduce((sum, level) => sum + level(after(hours(hour))), 0),
      )
      // Eight in the morning where the run begins.
      const night = sums[20] as number
      const morning = sums.slice(0, 6).indexOf(Math.max(...sums.slice(0, 6)))
      expect(sums[1]).toBeGreaterThan(1.2 * night)
      return morning
    })
    expect(busiest[1]).toBeGreaterThan(busiest[0] as number)
  })
})

describe('what flows below the streets', () => {
  test('is the same whoever asks, however often', () => {
    const changes = { ...BLOCKED, ...STORM }
    const often = wetWorld(changes)
    const seldom = wetWorld(changes)
    const devices = often.plan.city.devices.filter(isSewer)
    const other = new Map(
      seldom.plan.city.devices.filter(isSewer).map((d) => [d.id, seldom.world.waters.sewer(d)]),
    )
    const signals = devices.map((device) => ({ device, own: often.world.waters.sewer(device) }))
    for (let at = 0; at < hours(8); at += 47_000) {
      const now = after(at)
      for (const [index, { device, own }] of signals.entries()) {
        if ((at / 47_000 + index) % 9 !== 0) continue
        const level = own.level_mm(now)
        expect(Number.isFinite(level)).toBe(true)
        if (at % 1_410_000 !== 0) continue
        expect(other.get(device.id)?.level_mm(now)).toBe(level)
        expect(other.get(device.id)?.flow_l_s(now)).toBe(own.flow_l_s(now))
      }
    }
  })

  test('is seen the same however seldom it is looked at', () => {
    const plan = plannedWith({ ...BLOCKED, ...STORM })
    const [once, often] = [createWorld(plan), createWorld(plan)]
    const watched = plan.city.devices.filter((device) => isSewer(device) || isMain(device))
    for (let at = 0; at < hours(8); at += 61_000) {
      for (const { index } of watched) often.waters.observe(index, after(at))
      if (at % 610_000 === 0) often.observations(after(at))
    }
    const until = after(hours(8))
    const seen = plain(once.observations(until))
    expect(seen.length).toBeGreaterThan(40)
    expect(plain(often.observations(until))).toEqual(seen)
    expect(plain(once.observations(until))).toEqual(seen)
  })

  test('is observed where it truly is past a mark, by the incident that did it', () => {
    const { plan, world } = wetWorld({ ...BLOCKED })
    const incidents = new Map(plan.incidents.map((incident) => [incident.id, incident]))
    const asked = plan.city.devices.filter(isSewer).map((device) => ({
      device,
      level: world.waters.sewer(device).level_mm,
    }))
    let [high, seen] = [0, 0]
    for (let at = 0; at < hours(9); at += 90_000) {
      for (const { device, level } of asked) {
        if (device.kind !== 'manhole-cover') continue
        const now = after(at)
        const isHigh = level(now) > 2_500
        const observed = world.waters
          .observe(device.index, now)
          .filter(({ phenomenon }) => phenomenon === 'manhole-high-water')
        if (isHigh) high += 1
        if (isHigh !== observed.length > 0) {
          expect.fail(`${device.id} at +${at} ms: ${level(now)} mm, ${JSON.stringify(observed)}`)
        }
        for (const { deviceId, incidentId } of observed) {
          seen += 1
          expect(deviceId).toBe(device.id)
          expect(incidents.get(incidentId)?.cause).toBe('sewer-blockage')
        }
      }
    }
    expect(high).toBeGreaterThan(100)
    expect(seen).toBe(high)
  })

  test('gives spans that begin after their cause and end after it is gone', () => {
    const { plan, world } = wetWorld({ ...BLOCKED })
    const incidents = new Map(plan.incidents.map((incident) => [incident.id, incident]))
    const observations = world.observations(after(hours(12)))
    for (const { incidentId, startedAt: from, endedAt } of observations) {
      const cause = incidents.get(incidentId)
      expect(from).toBeGreaterThanOrEqual(cause?.startedAt ?? Infinity)
      expect(endedAt).toBeGreaterThan(from)
    }
    const bare = observations.filter(({ deviceId }) => deviceId === null)
    expect(bare.length).toBeGreaterThan(0)
    expect(bare.every(({ partId }) => partId !== null)).toBe(true)
    const until = after(hours(4))
    const early = createWorld(plan).observations(until)
    expect(early.length).toBeGreaterThan(5)
    expect(early.every((one) => one.startedAt <= until)).toBe(true)
    expect(early.every((one) => one.endedAt === null || one.endedAt <= until)).toBe(true)
    expect(early.some((one) => one.endedAt === null)).toBe(true)
  })

  test('a blockage of a few minutes need not show', () => {
    const { plan, world } = wetWorld({
      incidents: { scheduled: [{ cause: 'sewer-blockage', at: '1m', lasts: '7m', count: 5 }] },
    })
    expect(world.observations(plan.endedAt)).toEqual([])
  })
})

describe('heavy rain', () => {
  test('raises storm sewers and not foul ones, floods where they are too small, and recedes', () => {
    const { plan, world } = wetWorld(STORM)
    const mean = (medium: string, at: number): number => {
      const own = plan.city.devices.filter(
        (device) => device.medium === medium && device.kind === 'manhole-cover',
      )
      const sum = own.reduce((s, d) => s + world.waters.sewer(d).level_mm(after(at)), 0)
      return sum / own.length
    }
    const dry = { foul: mean('sewage', 0), storm: mean('stormwater', 0) }
    const wet = { foul: mean('sewage', hours(2.2)), storm: mean('stormwater', hours(2.2)) }
    expect(wet.storm).toBeGreaterThan(10 * dry.storm)
    expect(wet.foul).toBeLessThan(1.5 * dry.foul)
    expect(mean('stormwater', hours(9))).toBeLessThan(1.2 * dry.storm)
    const seen = world.observations(plan.endedAt)
    expect(new Set(seen.map(({ phenomenon }) => phenomenon))).toEqual(
      new Set(['manhole-surcharge', 'manhole-high-water', 'manhole-overflow']),
    )
    expect(seen.every(({ incidentId }) => incidentId === plan.incidents[0]?.id)).toBe(true)
    expect(seen.every(({ endedAt }) => endedAt !== null && endedAt < startedAt + hours(8))).toBe(
      true,
    )
  })
})

describe('a burst main', () => {
  const burst = (lasts: string, strength: number): Changes => ({
    city: { seed: 'demo' },
    incidents: { scheduled: [{ cause: 'main-burst', at: '10m', lasts, strength }] },
  })

  test.each([0, 0.5, 1])('of strength %d takes the pressure within seconds', (strength) => {
    const { plan, world } = wetWorld(burst('30m', strength))
    const [incident] = plan.incidents
    const [device] = incident?.devices ?? []
    if (!incident || !device) throw new Error('nothing burst')
    const { pressure_kpa, flow_l_s } = world.waters.main(device)
    const usual = pressure_kpa(incident.startedAt)
    const flow = flow_l_s(incident.startedAt)
    expect(usual).toBeGreaterThan(220)
    expect(pressure_kpa(after(minutes(10) + seconds(6)))).toBeLessThan(100)
    const low = pressure_kpa(after(minutes(10) + seconds(20)))
    expect(low).toBeGreaterThan(15)
    expect(low).toBeLessThan(85)
    expect(flow_l_s(after(minutes(20)))).toBeGreaterThan(flow + 30)
    const [dropped, seen] = world.observations(plan.endedAt)
    expect(dropped).toMatchObject({ phenomenon: 'main-pressure-drop', deviceId: device.id })
    expect(pressure_kpa(dropped?.startedAt ?? startedAt)).toBeCloseTo(usual - 80, -1)
    expect(seen).toMatchObject({
      phenomenon: 'water-main-burst',
      incidentId: incident.id,
      deviceId: device.id,
    })
    expect((seen?.startedAt ?? 0) - incident.startedAt).toBeLessThan(6_000)
    expect(pressure_kpa(seen?.startedAt ?? startedAt)).toBeCloseTo(100, 0)
    expect((seen?.endedAt ?? 0) - incident.endedAt).toBeGreaterThan(0)
    expect((seen?.endedAt ?? 0) - incident.endedAt).toBeLessThan(60_000)
  })

  test('takes less of it further away, and it is back within minutes of the repair', () => {
    const { plan, world } = wetWorld({ ...burst('30m', 1), fleet: { devices: 2_000, rate: 30 } })
    const calm = createWorld({ ...plan, incidents: [] })
    const [incident] = plan.incidents
    const [struck] = incident?.devices ?? []
    const during = after(minutes(20))
    const later = after(minutes(40) + minutes(5))
    let [hit, near] = [0, 0]
    for (const device of plan.city.devices.filter(isMain)) {
      const main = world.waters.main(device)
      const usual = calm.waters.main(device)
      const left = main.pressure_kpa(during) / usual.pressure_kpa(during)
      expect(left).toBeLessThanOrEqual(1)
      if (left < 0.98) near += 1
      if (left < 0.3) hit += 1
      if (device === struck) expect(left).toBeLessThan(0.2)
      const back = main.pressure_kpa(later) / usual.pressure_kpa(later)
      expect(Math.abs(back - 1)).toBeLessThan(0.01)
    }
    expect(near).toBeGreaterThan(hit)
    expect(hit).toBeLessThan(6)
  })

  test('runs into the storm sewers near by, and no further up', () => {
    const { plan, world } = wetWorld({ ...burst('2h', 1), fleet: { devices: 2_000, rate: 30 } })
    const calm = createWorld({ ...plan, incidents: [] })
    const risen = plan.city.devices
      .filter(({ medium }) => medium === 'stormwater')
      .map((device) => {
        const at = after(hours(1.5))
        const [wet, dry] = [world, calm].map((of) => of.waters.sewer(device).level_mm(at))
        return (wet as number) - (dry as number)
      })
    expect(Math.max(...risen)).toBeGreaterThan(50)
    expect(Math.min(...risen)).toBeGreaterThan(-1e-6)
    expect(risen.filter((rise) => rise > 1).length).toBeLessThan(0.1 * risen.length)
  })
})
