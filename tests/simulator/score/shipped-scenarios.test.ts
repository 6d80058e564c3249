import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { hours, seconds } from '#model/time.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { loadScenario, shippedScenarios } from '#simulator/scenario/shipped-scenarios.ts'
import { shortScenarios } from '#simulator/score/score-files.ts'

const planOf = (scenario: Scenario): RunPlan =>
  planRun({ scenario, startedAt: scenario.start, duration: scenario.duration })

const plans = new Map(
  shortScenarios().map((name) => {
    const scenario = loadScenario(name)
    return [name, { scenario, plan: planOf(scenario) }] as const
  }),
)

function of(name: string): { readonly scenario: Scenario; readonly plan: RunPlan } {
  const found = plans.get(name)
  if (!found) throw new Error(`no short scenario ${name}`)
  return found
}

const count = ({ incidents }: RunPlan, cause: string): number =>
  incidents.filter((one) => one.cause === cause).length
const unwatched = ({ incidents }: RunPlan): number =>
  incidents.filter(({ devices, part }) => devices.length === 0 && part !== null).length

/** What has a value other than that of no fault. */
const faultsIn = (faults: object): readonly string[] =>
  Object.entries(faults).flatMap(([name, fault]: [string, unknown]) => {
    if (fault === null || fault === 0 || (Array.isArray(fault) && fault.length === 0)) return []
    if (name === 'fix' || name === 'clock') return faultsIn(fault as object)
    return [name]
  })

test('twelve and more come along, and the demonstration is not among the short ones', () => {
  expect(plans.size).toBeGreaterThanOrEqual(12)
  expect(shippedScenarios()).toContain('demo')
  expect(plans.has('demo')).toBe(false)
})

test('each has a city of its own, so that one service tells them apart', () => {
  const seeds = [...plans.values()].map(({ scenario }) => scenario.city.seed)
  expect(new Set(seeds).size).toBe(seeds.length)
})

test.each([...plans.keys()])('%s is short, small enough and says what it is about', (name) => {
  const { scenario, plan } = of(name)
  const wall_ms = scenario.duration / (scenario.speed ?? Number.NaN)
  expect(wall_ms).toBeLessThanOrEqual(seconds(40))
  const messages = plan.city.devices.reduce(
    (sum, { kind }) => sum + scenario.duration / plan.interval(kind),
    0,
  )
  expect(messages).toBeLessThan(150_000)
  const { about, seed, start } = parse(
    readFileSync(`simulator/scenarios/${name}.yaml`, 'utf8'),
  ) as Readonly<Record<string, string>>
  expect(about?.length).toBeGreaterThan(50)
  expect([seed, start]).not.toContain(undefined)
  expect(scenario.title.zh).toMatch(/\p{Script=Han}/u)
})

test.each([...plans.keys()])('%s plans the same twice, and everything within its time', (name) => {
  const { scenario, plan } = of(name)
  const again = planOf(scenario)
  expect(again.incidents.map(({ id, cause, startedAt }) => [id, cause, startedAt])).toEqual(
    plan.incidents.map(({ id, cause, startedAt }) => [id, cause, startedAt]),
  )
  expect(plan.incidents.every((one) => one.startedAt < plan.endedAt)).toBe(true)
  // What is scheduled found somebody to befall.
  const wanted = scenario.incidents.scheduled.reduce((sum, one) => sum + one.count, 0)
  expect(plan.incidents.length).toBeGreaterThanOrEqual(wanted)
})

describe('each has in it what its title says', () => {
  test('a calm day has nothing', () => {
    const { scenario, plan } = of('calm-day')
    expect(plan.incidents).toEqual([])
    expect([...faultsIn(scenario.sensors), ...faultsIn(scenario.network)]).toEqual([])
    expect(scenario).toMatchObject({ duration: hours(24), day: 'workday', weather: { rain: [] } })
  })

  test('a storm night has heavy rain after dark', () => {
    const { scenario, plan } = of('storm-night')
    expect(Math.max(...scenario.weather.rain.map(({ peak_mm_h }) => peak_mm_h))).toBe(80)
    expect(count(plan, 'heavy-rain')).toBe(2)
    expect(new Date(scenario.start).getUTCHours()).toBe(12)
  })

  test.each([
    ['burst-main', 'main-burst', 6],
    ['blocked-sewer', 'sewer-blockage', 6],
    ['stolen-covers', 'cover-stolen', 12],
    ['collection-day', 'collection-missed', 10],
    ['truck-misconduct', 'truck-speeding', 11],
    ['truck-misconduct', 'load-dropped', 10],
    ['truck-misconduct', 'truck-astray', 3],
  ])('%s has %s', (name, cause, least) => {
    expect(count(of(name).plan, cause)).toBeGreaterThanOrEqual(least)
  })

  test.each(['burst-main', 'blocked-sewer', 'stolen-covers', 'storm-night'])(
    'in %s something befalls a part without a device',
    (name) => {
      expect(unwatched(of(name).plan)).toBeGreaterThan(0)
    },
  )

  test('a holiday is one', () => {
    expect(of('holiday').scenario.day).toBe('holiday')
  })

  test('a reconnect storm takes everybody along', () => {
    const { storms } = of('reconnect-storm').scenario.network
    expect(storms.filter(({ share }) => share === 1)).toHaveLength(2)
  })

  test('a blackout lasts a day and is flushed in every order', () => {
    const { scenario, plan } = of('blackout-then-flush')
    const { outages } = scenario.network
    expect(outages.map(({ flush }) => flush)).toEqual(['in-order', 'reversed', 'doubled'])
    expect(outages.map(({ lasts }) => lasts)).toEqual(outages.map(() => ({ constant: hours(24) })))
    expect(plan.incidents.length).toBeGreaterThan(20)
  })

  test('clock chaos has every fault of clocks', () => {
    const { sensors, network } = of('clock-chaos').scenario
    expect(faultsIn(sensors)).toEqual(['drift', 'reset', 'zone'])
    expect(faultsIn(network)).toEqual([])
  })

  test('hostile devices send rubbish, too much, too often and under false names', () => {
    const faults = faultsIn(of('hostile-devices').scenario.network)
    expect(faults.toSorted()).toEqual(['clones', 'floods', 'malformed', 'oversize'])
  })

  test('the silence of a tower is that of one place', () => {
    const { outages } = of('cell-tower-silence').scenario.network
    expect(outages.map(({ around }) => around)).toEqual(['one-cell', 'one-cell'])
    expect(outages[0]).toMatchObject({ share: 0.25, flush: 'none' })
  })

  test('faulty sensors have every fault but those of clocks, and a sound network', () => {
    const { sensors, network } = of('sensor-faults').scenario
    const { clock, ...others } = sensors
    expect(faultsIn(clock)).toEqual([])
    expect(faultsIn(others)).toHaveLength(9)
    expect(faultsIn(network)).toEqual([])
  })

  test('every fault is on at once', () => {
    const { sensors, network } = of('all-faults').scenario
    expect(faultsIn(sensors)).toHaveLength(12)
    expect(faultsIn(network).toSorted()).toEqual(Object.keys(network).toSorted())
  })
})
