import { describe, expect, test } from 'vitest'
import { hours, minutes, plus } from '#model/time.ts'
import { CAUSE_FACTS, type Cause } from '#simulator/incidents/causes.ts'
import { planRun } from '#simulator/run/run-plan.ts'
import { truthLines } from '#simulator/truth/truth-file.ts'
import {
  pairs,
  type SimulatedReading,
  type SimulatedRun,
  scenarioWith,
  simulate,
  startedAt,
  tracks,
} from './simulated-run.ts'

const run = simulate(scenarioWith())
const CAUSES = scenarioWith().incidents.random?.causes ?? []

/** What the readings of one cause look like while it lasts, and never otherwise. */
const SIGNS: Readonly<Partial<Record<Cause, (values: SimulatedReading['values']) => boolean>>> = {
  'cover-displaced': ({ tilt_deg = 0, lid_open }) =>
    lid_open !== undefined && Number(tilt_deg) > 15,
  'lid-open': ({ lid_open }) => lid_open === true,
  methane: ({ ch4_pct_lel = 0 }) => Number(ch4_pct_lel) >= 20,
  'battery-low': ({ battery_pct = 100 }) => Number(battery_pct) < 10,
  'bin-overflowing': ({ fill_pct = 0 }) => Number(fill_pct) >= 95,
  'bin-tipped': ({ tilt_deg = 0, fill_pct }) => fill_pct !== undefined && Number(tilt_deg) > 60,
  'bin-fire': ({ temperature_celsius = 0 }) => Number(temperature_celsius) > 70,
  'truck-speeding': ({ speed_kmh = 0 }) => Number(speed_kmh) > 60,
  'load-dropped': () => false,
  'call-for-help': ({ sos }) => sos === true,
}

// The speed of a fix is off by up to 0.75 km/h: around the limit it may say either.
const BLUR_MS: Partial<Record<Cause, number>> = { 'truck-speeding': 400 }

describe('incidents', () => {
  test('several begin within the first half minute, each cause comes, on devices that can notice it', () => {
    const early = run.incidents.filter((incident) => incident.startedAt < startedAt + 30_000)
    expect(early.length).toBeGreaterThanOrEqual(4)
    expect(new Set(run.incidents.map(({ cause }) => cause)).size).toBe(CAUSES.length)
    const methane = run.incidents.filter(({ cause }) => cause === 'methane')
    expect(
      methane.every(({ devices }) => /^(sewage|stormwater)$/.test(devices[0]?.medium ?? '')),
    ).toBe(true)
  })

  test.each(CAUSES.filter((cause) => cause !== 'load-dropped'))(
    '%s shows in the readings of its span and in no other',
    (cause) => {
      const spans = run.incidents.filter((incident) => incident.cause === cause)
      const blur = BLUR_MS[cause] ?? 0
      let inside = 0
      for (const { deviceId, at, values } of run.readings) {
        const own = spans.filter(({ devices }) => devices[0]?.id === deviceId)
        if (
          own.some(({ startedAt, endedAt }) => near(at, startedAt, blur) || near(at, endedAt, blur))
        )
          continue
        const expected = own.some(({ startedAt, endedAt }) => at >= startedAt && at < endedAt)
        if (expected) inside += 1
        if (SIGNS[cause]?.(values) !== expected) {
          expect.fail(`${deviceId} at +${(at - startedAt) / 1_000} s: ${JSON.stringify(values)}`)
        }
      }
      expect(inside).toBeGreaterThan(0)
    },
  )

  test('a load that is lost on the road is gone from one reading to the next, and no other load is', () => {
    const lost = run.incidents.filter(({ cause }) => cause === 'load-dropped')
    const drops: string[] = []
    for (const track of tracks(run, 'refuse-truck')) {
      for (const [before, here] of pairs(track)) {
        const drop = Number(before.values['load_kg']) - Number(here.values['load_kg'])
        if (drop <= 300 || Number(here.values['speed_kmh']) <= 10) continue
        const cause = lost.find(
          ({ devices, startedAt }) =>
            devices[0]?.id === here.deviceId && before.at < startedAt && startedAt <= here.at,
        )
        drops.push(cause?.id ?? `no cause at +${here.at - startedAt} ms`)
      }
    }
    expect(drops.toSorted()).toEqual(lost.map(({ id }) => id).toSorted())
  })

  test('a variation lets other things go wrong in the same city, and changes nothing else', () => {
    const [one, other] = ['1', 'second'].map((seed) =>
      simulate(scenarioWith({ fleet: { devices: 60, rate: 20 }, duration: '2m', seed })),
    )
    const victims = (run: SimulatedRun | undefined): string[] =>
      run?.incidents.map(({ cause, devices }) => `${cause} ${devices[0]?.id}`) ?? []
    expect(victims(other)).not.toEqual(victims(one))
    expect(JSON.stringify(other?.city)).toBe(JSON.stringify(one?.city))
    const struck = new Set(
      [one, other].flatMap((run) => run?.incidents.map(({ devices }) => devices[0]?.id)),
    )
    const spared = (run: SimulatedRun | undefined): string[] =>
      run?.readings.filter(({ deviceId }) => !struck.has(deviceId)).map(({ payload }) => payload) ??
      []
    expect(spared(one).length).toBeGreaterThan(1_000)
    expect(spared(other)).toEqual(spared(one))
  })

  test('no two of one device at a time', () => {
    for (const own of Map.groupBy(run.incidents, ({ devices }) => devices[0]?.id).values()) {
      for (let index = 1; index < own.length; index += 1) {
        expect(own[index]?.startedAt).toBeGreaterThan((own[index - 1]?.endedAt ?? 0) + 200_000)
      }
    }
  })

  test('the truth is one line for the run and one for each that had begun', () => {
    const until = plus(startedAt, minutes(2))
    const lines = [...truthLines(run.plan, run.observations, until)]
    expect(lines[0]).toEqual({
      type: 'run',
      scenario: 'test',
      seed: '1',
      citySeed: '7',
      devices: 200,
      startedAt: '2026-11-23T02:00:00.000Z',
      endedAt: '2026-11-23T02:02:00.000Z',
      speed: 1,
    })
    const begun = run.incidents.filter((incident) => incident.startedAt <= until)
    expect(lines).toHaveLength(begun.length + 1)
    const [first] = begun
    expect(lines[1]).toMatchObject({
      type: 'incident',
      cause: first?.cause,
      deviceIds: [first?.devices[0]?.id],
      partId: first?.devices[0]?.part?.id,
      startedAt: new Date(first?.startedAt ?? 0).toISOString(),
      phenomena: [{ phenomenon: first && CAUSE_FACTS[first.cause].phenomena[0] }],
    })
    expect(lines.some((line) => line.type === 'incident' && line.endedAt === null)).toBe(true)
  })

  test('in a day without end the schedule goes on', () => {
    const { incidents } = planRun({ scenario: scenarioWith(), startedAt, duration: null })
    expect(incidents.length).toBeGreaterThan(1_000)
    expect(incidents.every((incident) => incident.startedAt <= startedAt + hours(24))).toBe(true)
  })
})

const near = (at: number, border: number, blur: number): boolean => Math.abs(at - border) < blur
