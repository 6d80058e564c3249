import { describe, expect, test } from 'vitest'
import { findKind } from '#model/kinds.ts'
import { held, rangesOf, SENSOR_RANGES } from '#simulator/sensors/sensor-range.ts'
import { scenarioWith, simulate } from '#tests/simulator/simulated-run.ts'

describe('the range of a sensor', () => {
  test.each(Object.keys(SENSOR_RANGES))('of a %s lies within what its kind allows', (kind) => {
    for (const [name, range] of Object.entries(rangesOf(kind))) {
      const channel = findKind(kind)?.channels.find((one) => one.name === name)
      expect(range.min).toBeGreaterThanOrEqual(channel?.min ?? Number.NaN)
      expect(range.max).toBeLessThanOrEqual(channel?.max ?? Number.NaN)
      expect(range.use).toBeGreaterThan(0)
      expect(range.use).toBeLessThanOrEqual(range.max - range.min)
    }
  })

  test('holds at both ends and changes nothing between', () => {
    const { temperature_celsius } = SENSOR_RANGES['bin-sensor']
    expect([-90, -40, 12.5, 125, 170].map((value) => held(value, temperature_celsius))).toEqual([
      -40, -40, 12.5, 125, 125,
    ])
  })

  test('a fire hotter than a sensor reaches is read as the end of its range', () => {
    const run = simulate(
      scenarioWith({
        fleet: { devices: 40 },
        incidents: {
          scheduled: [{ cause: 'bin-fire', at: '5m', lasts: '1h', strength: 1, count: 3 }],
        },
        duration: '1h',
      }),
    )
    const burning = run.readings.filter(
      ({ values }) =>
        values['fill_pct'] !== undefined && Number(values['temperature_celsius']) > 70,
    )
    expect(burning.length).toBeGreaterThan(5)
    expect(Math.max(...burning.map(({ values }) => Number(values['temperature_celsius'])))).toBe(
      125,
    )
  })
})
