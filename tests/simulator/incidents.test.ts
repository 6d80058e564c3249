import { describe, expect, test } from 'vitest'
import { hours, minutes, plus, seconds } from '#model/time.ts'
import { CAUSES, type Cause } from '#simulator/incidents/causes.ts'
import { truthLines } from '#simulator/incidents/incident.ts'
import { scheduleIncidents } from '#simulator/incidents/schedule.ts'
import { buildCity } from '#simulator/world/city.ts'
import {
  pairs,
  type SimulatedReading,
  type SimulatedRun,
  simulate,
  startedAt,
  tracks,
} from './simulated-run.ts'

const run = simulate('7', 200, 50, minutes(40))

/** What the readings of one cause look like while it lasts, and never otherwise. */
const SIGNS: Readonly<Record<Cause, (values: SimulatedReading['values']) => boolean>> = {
  'cover-displaced': ({ tilt_deg = 0, lid_open }) =>
    lid_open !== undefined && Number(tilt_deg) > 15,
  'lid-open': ({ lid_open }) => lid_open === true,
  'high-water': ({ level_mm = 0, lid_open }) => lid_open !== undefined && Number(level_mm) > 2_500,
  methane: ({ ch4_pct_lel = 0 }) => Number(ch4_pct_lel) >= 20,
  'battery-low': ({ battery_pct = 100 }) => Number(battery_pct) < 10,
  'bin-overflowing': ({ fill_pct = 0 }) => Number(fill_pct) >= 95,
  'bin-tipped': ({ tilt_deg = 0, fill_pct }) => fill_pct !== undefined && Number(tilt_deg) > 60,
  'bin-fire': ({ temperature_celsius = 0 }) => Number(temperature_celsius) > 70,
  'truck-speeding': ({ speed_kmh = 0 }) => Number(speed_kmh) > 60,
  'load-dropped': () => false,
  'call-for-help': ({ sos }) => sos === true,
  'pipe-surcharge': ({ level_mm = 0, flow_l_s }) =>
    flow_l_s !== undefined && Number(level_mm) > 1_500,
  'pressure-loss': ({ pressure_kpa = 1_000 }) => Number(pressure_kpa) < 100,
}

// The speed of a fix is off by up to 0.75 km/h: around the limit it may say either.
const BLUR_MS: Partial<Record<Cause, number>> = { 'truck-speeding': 400 }

describe('incidents', () => {
  test('several begin within the first half minute, each cause comes, on devices that can notice it', () => {
    const early = run.incidents.filter((incident) => incident.startedAt < startedAt + 30_000)
    expect(early.length).toBeGreaterThanOrEqual(6)
    expect(new Set(run.incidents.map(({ cause }) => cause)).size).toBe(CAUSES.length)
    const methane = run.incidents.filter(({ cause }) => cause === 'methane')
    expect(methane.every(({ device }) => /^(sewage|stormwater)$/.test(device.medium ?? ''))).toBe(
      true,
    )
  })

  test.each(CAUSES.filter((cause) => cause !== 'load-dropped'))(
    '%s shows in the readings of its span and in no other',
    (cause) => {
      const spans = run.incidents.filter((incident) => incident.cause === cause)
      const blur = BLUR_MS[cause] ?? 0
      let inside = 0
      for (const { deviceId, at, values } of run.readings) {
        const own = spans.filter(({ device }) => device.id === deviceId)
        if (
          own.some(({ startedAt, endedAt }) => near(at, startedAt, blur) || near(at, endedAt, blur))
        )
          continue
        const expected = own.some(({ startedAt, endedAt }) => at >= startedAt && at < endedAt)
        if (expected) inside += 1
        if (SIGNS[cause](values) !== expected) {
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
          ({ device, startedAt }) =>
            device.id === here.deviceId && before.at < startedAt && startedAt <= here.at,
        )
        drops.push(cause?.id ?? `no cause at +${here.at - startedAt} ms`)
      }
    }
    expect(drops.toSorted()).toEqual(lost.map(({ id }) => id).toSorted())
  })

  test('a variation lets other things go wrong in the same city, and changes nothing else', () => {
    const [one, other] = ['', 'second'].map((name) => simulate('7', 60, 20, minutes(2), name))
    const victims = (run: SimulatedRun | undefined): string[] =>
      run?.incidents.map(({ cause, device }) => `${cause} ${device.id}`) ?? []
    expect(victims(other)).not.toEqual(victims(one))
    expect(JSON.stringify(other?.city)).toBe(JSON.stringify(one?.city))
    const struck = new Set(
      [one, other].flatMap((run) => run?.incidents.map(({ device }) => device.id)),
    )
    const spared = (run: SimulatedRun | undefined): string[] =>
      run?.readings.filter(({ deviceId }) => !struck.has(deviceId)).map(({ payload }) => payload) ??
      []
    expect(spared(one).length).toBeGreaterThan(1_000)
    expect(spared(other)).toEqual(spared(one))
  })

  test('no two of one device at a time', () => {
    for (const own of Map.groupBy(run.incidents, ({ device }) => device.id).values()) {
      for (let index = 1; index < own.length; index += 1) {
        expect(own[index]?.startedAt).toBeGreaterThan((own[index - 1]?.endedAt ?? 0) + 200_000)
      }
    }
  })

  test('the truth is one line for the run and one for each that had begun', () => {
    const until = plus(startedAt, minutes(2))
    const lines = [
      ...truthLines(run.city, { variation: '', incidents: run.incidents, startedAt }, until),
    ].map((line) => JSON.parse(line))
    expect(lines[0]).toEqual({
      type: 'run',
      seed: '7',
      variation: '',
      devices: 200,
      startedAt: '2026-11-23T02:00:00.000Z',
      endedAt: '2026-11-23T02:02:00.000Z',
    })
    const begun = run.incidents.filter((incident) => incident.startedAt <= until)
    expect(lines).toHaveLength(begun.length + 1)
    const [first] = begun
    expect(lines[1]).toMatchObject({
      type: 'incident',
      cause: first?.cause,
      deviceId: first?.device.id,
      partId: first?.device.part?.id,
      startedAt: new Date(first?.startedAt ?? 0).toISOString(),
    })
    expect(lines.some(({ endedAt }) => endedAt === null)).toBe(true)
  })

  test('in a day without end the schedule goes on', () => {
    const city = buildCity({ seed: '7', devices: 200 })
    const incidents = scheduleIncidents(city, {
      startedAt,
      duration: hours(24),
      variation: '',
      interval: () => seconds(5),
    })
    expect(incidents.length).toBeGreaterThan(1_000)
    expect(incidents.every((incident) => incident.startedAt <= startedAt + hours(24))).toBe(true)
  })
})

const near = (at: number, border: number, blur: number): boolean => Math.abs(at - border) < blur
