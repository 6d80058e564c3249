import { describe, expect, test } from 'vitest'
import type { Values } from '#simulator/sensors/measured.ts'
import { pairs, scenarioWith, simulate, tracks } from '#tests/simulator/simulated-run.ts'

/** A channel of one reading as a number; NaN where there is none. */
type Read = (channel: string) => number

const readOf =
  (values: Values): Read =>
  (channel) =>
    Number(values[channel] ?? Number.NaN)

/** What is so of every reading of a calm day, by kind: rules call for somebody beyond that. */
const CALM: Readonly<Record<string, (now: Read, before: Read) => boolean>> = {
  'manhole-cover': (now) =>
    now('tilt_deg') < 14.5 &&
    now('lid_open') === 0 &&
    now('battery_pct') > 14 &&
    now('level_mm') < 2_400 &&
    now('ch4_pct_lel') < 18,
  'bin-sensor': (now) =>
    now('fill_pct') < 94.5 && now('tilt_deg') < 20 && now('temperature_celsius') < 60,
  'pipe-gauge': (now) => !(now('level_mm') > 1_450) && !(now('pressure_kpa') < 110),
  'refuse-truck': (now, before) =>
    now('speed_kmh') < 58 && !(now('load_kg') - before('load_kg') < -250 && now('speed_kmh') > 8),
  'patrol-terminal': (now) => now('sos') === 0 && now('battery_pct') > 14,
}

describe('on a calm day', () => {
  const run = simulate(scenarioWith({ fleet: { devices: 120 }, duration: '1d', incidents: {} }))

  test.each(Object.keys(CALM))('no %s reads what a rule would call for', (kind) => {
    const alarming = tracks(run, kind).flatMap((track) =>
      pairs(track).filter(
        ([before, now]) => !CALM[kind]?.(readOf(now.values), readOf(before.values)),
      ),
    )
    expect(alarming.slice(0, 3)).toEqual([])
    expect(tracks(run, kind).length).toBeGreaterThan(0)
  })
})
