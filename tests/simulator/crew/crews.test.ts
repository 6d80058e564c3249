import { describe, expect, test } from 'vitest'
import { type EpochMs, epochMs, hours, minutes } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type InspectorState, inspector, WALK_TOP_KMH } from '#simulator/world/inspector.ts'
import { distanceBetween_m } from '#simulator/world/local-plane.ts'
import { type RefuseBinState, refuseBin } from '#simulator/world/refuse-bin.ts'
import {
  type RefuseTruckState,
  refuseTruck,
  TRUCK_LIMIT_KMH,
  TRUCK_TOP_KMH,
} from '#simulator/world/refuse-truck.ts'
import { createWorld } from '#simulator/world/world.ts'
import { scenarioWith, startedAt } from '#tests/simulator/simulated-run.ts'

const SEEDS = ['1', '7', 'crew']
const FLEET = { devices: 120, mix: { 'bin-sensor': 6, 'refuse-truck': 2, 'patrol-terminal': 2 } }

const planOf = (seed: string, changes: Partial<ScenarioDocument> = {}): RunPlan => {
  const duration = hours(24)
  const scenario = scenarioWith({ city: { seed }, fleet: FLEET, incidents: {}, ...changes })
  return planRun({ scenario, startedAt, duration })
}

interface Crew {
  readonly 'bin-sensor': RefuseBinState
  readonly 'refuse-truck': RefuseTruckState
  readonly 'patrol-terminal': InspectorState
}

/** What truly is at each device of a kind, every so often. */
function states<Kind extends keyof Crew>(
  plan: RunPlan,
  kind: Kind,
  every_ms: number,
  span_ms: number = hours(24),
): readonly (readonly [SimulatedDevice, readonly (readonly [EpochMs, Crew[Kind]])[]])[] {
  const world = createWorld(plan)
  const make = {
    'bin-sensor': refuseBin,
    'refuse-truck': refuseTruck,
    'patrol-terminal': inspector,
  }
  return plan.city.devices
    .filter((device) => device.kind === kind)
    .map((device) => {
      const random = splitRandom('test', device.id)
      const stateAt = make[kind](random, world, device) as (at: EpochMs) => Crew[Kind]
      const seen: (readonly [EpochMs, Crew[Kind]])[] = []
      for (let at = startedAt; at < startedAt + span_ms; at = epochMs(at + every_ms)) {
        seen.push([at, stateAt(at)])
      }
      return [device, seen] as const
    })
}

const pairsOf = <Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] =>
  items.slice(1).map((here, index) => [items[index] as Item, here])

describe.each(SEEDS)('on a calm day of the city %s', (seed) => {
  const plan = planOf(seed)

  test('no truck is ever faster than its limit, and none is ever somewhere else at once', () => {
    for (const [, seen] of states(plan, 'refuse-truck', 20_000)) {
      for (const [[before, from], [here, to]] of pairsOf(seen)) {
        expect(to.speed_kmh).toBeLessThanOrEqual(TRUCK_LIMIT_KMH.main + 1e-6)
        const reach = ((TRUCK_LIMIT_KMH.main / 3.6) * (here - before)) / 1_000
        expect(distanceBetween_m(from.place, to.place)).toBeLessThan(reach * 1.01 + 1)
        expect(to.lifts).toBeGreaterThanOrEqual(from.lifts)
        // A load that is gone was tipped standing.
        if (to.load_kg < from.load_kg - 300) expect(to.speed_kmh).toBeLessThan(1)
      }
    }
  })

  test('bins fill until they are lifted, before they overflow', () => {
    for (const [device, seen] of states(plan, 'bin-sensor', 300_000)) {
      let lifted = 0
      for (const [[, from], [, to]] of pairsOf(seen)) {
        expect(to.fill_pct, device.id).toBeLessThan(90)
        if (to.fill_pct < from.fill_pct - 1e-9) {
          lifted += 1
          // Emptied and filled for a few minutes at most.
          expect(to.fill_pct).toBeLessThan(12)
        }
      }
      expect(lifted).toBeGreaterThan(0)
    }
  })

  test('inspectors walk, and keep to their beat', () => {
    for (const [, seen] of states(plan, 'patrol-terminal', 20_000)) {
      for (const [[before, from], [here, to]] of pairsOf(seen)) {
        expect(to.speed_kmh).toBeLessThanOrEqual(WALK_TOP_KMH + 1e-6)
        const reach = ((WALK_TOP_KMH / 3.6) * (here - before)) / 1_000
        expect(distanceBetween_m(from.place, to.place)).toBeLessThan(reach * 1.01 + 0.5)
      }
      const [, first] = seen[0] as (typeof seen)[number]
      const furthest = Math.max(
        ...seen.map(([, { place }]) => distanceBetween_m(first.place, place)),
      )
      expect(furthest).toBeLessThan(900)
      expect(seen.some(([, { onDuty }]) => onDuty)).toBe(true)
      expect(seen.some(([, { onDuty, speed_kmh }]) => !onDuty && speed_kmh === 0)).toBe(true)
    }
  })
})

test('what is seen does not depend on how often one looks', () => {
  const plan = planOf('7')
  for (const kind of ['bin-sensor', 'refuse-truck'] as const) {
    const often = new Map(states(plan, kind, 20_000, hours(6)).map(([{ id }, seen]) => [id, seen]))
    for (const [{ id }, seen] of states(plan, kind, 300_000, hours(6))) {
      const at = new Map(often.get(id))
      for (const [instant, state] of seen.slice(0, kind === 'bin-sensor' ? 1 : seen.length)) {
        expect(at.get(instant)).toEqual(state)
      }
    }
  }
})

test('a truck that does not idle never stands for half an hour with its engine on', () => {
  for (const [{ id }, seen] of states(planOf('7'), 'refuse-truck', 60_000)) {
    let since: number | undefined
    let off = 0
    for (const [at, { ignition, speed_kmh }] of seen) {
      since = ignition && speed_kmh === 0 ? (since ?? at) : undefined
      if (since !== undefined) expect(at - since, id).toBeLessThan(minutes(30))
      if (ignition) continue
      off += 1
      expect(speed_kmh).toBe(0)
    }
    // Every truck has hours between two days of duty.
    expect(off, id).toBeGreaterThan(60)
  }
})

const during = (cause: 'truck-idling' | 'truck-astray' | 'patrol-idle' | 'patrol-astray') =>
  planOf('7', {
    incidents: { scheduled: [{ cause, at: '2h', lasts: '40m', count: 4 }] },
  })

test('a truck that idles stands with its engine on, one astray is where no round leads', () => {
  for (const cause of ['truck-idling', 'truck-astray'] as const) {
    const plan = during(cause)
    const usual = new Map(states(planOf('7'), 'refuse-truck', 30_000, hours(24)))
    const byId = new Map([...usual].map(([{ id }, seen]) => [id, seen]))
    expect(plan.incidents).toHaveLength(4)
    for (const [device, seen] of states(plan, 'refuse-truck', 30_000, hours(4))) {
      for (const [, { speed_kmh }] of seen) expect(speed_kmh).toBeLessThan(TRUCK_TOP_KMH)
      const incident = plan.incidents.find(({ devices }) => devices[0]?.id === device.id)
      if (!incident) continue
      const meanwhile = seen.filter(([at]) => at >= incident.startedAt && at < incident.endedAt)
      expect(meanwhile.length).toBeGreaterThan(50)
      for (const [, state] of meanwhile) {
        expect(state.ignition).toBe(true)
        if (cause === 'truck-idling') expect(state.speed_kmh).toBe(0)
        else {
          const nearest = Math.min(
            ...(byId.get(device.id) ?? []).map(([, { place }]) =>
              distanceBetween_m(place, state.place),
            ),
          )
          expect(nearest).toBeGreaterThan(50)
        }
      }
    }
  }
})

test('an inspector who idles stands still on duty, one astray has left the beat', () => {
  for (const cause of ['patrol-idle', 'patrol-astray'] as const) {
    const plan = during(cause)
    const homes = new Map(
      states(planOf('7'), 'patrol-terminal', 60_000).map(([{ id }, seen]) => [id, seen]),
    )
    for (const [device, seen] of states(plan, 'patrol-terminal', 30_000, hours(4))) {
      const incident = plan.incidents.find(({ devices }) => devices[0]?.id === device.id)
      if (!incident) continue
      const meanwhile = seen.filter(
        ([at]) => at >= incident.startedAt + minutes(1) && at < incident.endedAt,
      )
      for (const [, state] of meanwhile) {
        expect(state.onDuty).toBe(true)
        if (cause === 'patrol-idle') expect(state.speed_kmh).toBe(0)
        else {
          const nearest = Math.min(
            ...(homes.get(device.id) ?? []).map(([, { place }]) =>
              distanceBetween_m(place, state.place),
            ),
          )
          expect(nearest).toBeGreaterThan(150)
        }
      }
    }
  }
})

test('a bin that is passed by overflows until a truck stops there again', () => {
  const plan = planOf('7', {
    duration: '36h',
    incidents: { scheduled: [{ cause: 'collection-missed', at: '1h', lasts: '22h', count: 3 }] },
  })
  const world = createWorld(plan)
  const seen = world
    .observations(plan.endedAt)
    .filter(({ phenomenon }) => phenomenon === 'bin-overflowing')
  expect(seen.length).toBeGreaterThan(0)
  const bins = new Map(states(plan, 'bin-sensor', 60_000).map(([{ id }, track]) => [id, track]))
  for (const { deviceId, startedAt: from, endedAt } of seen) {
    for (const [at, { fill_pct }] of bins.get(deviceId ?? '') ?? []) {
      if (at >= from && at < (endedAt ?? Infinity)) expect(fill_pct).toBeGreaterThanOrEqual(94.9)
    }
  }
})
