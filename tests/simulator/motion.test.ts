import { describe, expect, test } from 'vitest'
import { FIX_ERROR_MAX_M } from '#simulator/sensors/receiver.ts'
import { WALK_TOP_KMH } from '#simulator/world/inspector.ts'
import { TRUCK_LIMIT_KMH, TRUCK_TOP_KMH } from '#simulator/world/refuse-truck.ts'
import { pairs, type SimulatedReading, scenarioWith, simulate, tracks } from './simulated-run.ts'

const run = simulate(scenarioWith())

describe('what moves', () => {
  test('trucks keep to their limits but when they speed, and never pass their top speed', () => {
    const speeding = run.incidents.filter(({ cause }) => cause === 'truck-speeding')
    for (const { deviceId, at, values } of run.readings.filter(
      ({ kind }) => kind === 'refuse-truck',
    )) {
      const speed = Number(values['speed_kmh'])
      expect(speed).toBeLessThan(TRUCK_TOP_KMH + 1)
      const sprinting = speeding.some(
        ({ devices, startedAt, endedAt }) =>
          devices[0]?.id === deviceId && at > startedAt - 20_000 && at < endedAt + 20_000,
      )
      if (!sprinting) expect(speed).toBeLessThan(TRUCK_LIMIT_KMH.main + 1)
    }
  })

  test.each([
    ['refuse-truck', TRUCK_TOP_KMH],
    ['patrol-terminal', WALK_TOP_KMH],
  ])('a %s never gets further than its top speed allows', (kind, top_kmh) => {
    const errors = 2 * Math.SQRT2 * FIX_ERROR_MAX_M
    let moved = 0
    for (const track of tracks(run, kind)) {
      for (const [before, here] of pairs(track)) {
        const reach = (top_kmh / 3.6) * ((here.at - before.at) / 1_000)
        const way = metres(before.values, here.values)
        moved += way
        expect(way).toBeLessThan(reach + errors + 1)
      }
    }
    expect(moved).toBeGreaterThan(10_000)
  })

  test('an odometer counts what the fixes cover, and trucks lift bins', () => {
    const driven_km: number[] = []
    for (const track of tracks(run, 'refuse-truck')) {
      for (const [before, here] of pairs(track)) {
        const [from, to] = [before, here].map(({ values }) => Number(values['odometer_km']))
        expect(to).toBeGreaterThanOrEqual(from ?? Infinity)
        expect(Number(here.values['lift_count'])).toBeGreaterThanOrEqual(
          Number(before.values['lift_count']),
        )
      }
      const [first, last] = [track[0], track.at(-1)]
      const driven = Number(last?.values['odometer_km']) - Number(first?.values['odometer_km'])
      driven_km.push(driven)
    }
    // Some are off duty at any hour.
    const out = driven_km.filter((driven) => driven > 2)
    expect(out.length).toBeGreaterThan(driven_km.length / 2)
  })
})

function metres(a: SimulatedReading['values'], b: SimulatedReading['values']): number {
  const north = (Number(b['lat_deg']) - Number(a['lat_deg'])) * 110_940
  const east = (Number(b['lon_deg']) - Number(a['lon_deg'])) * 91_290
  return Math.hypot(north, east)
}
