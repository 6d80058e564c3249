import { describe, expect, test } from 'vitest'
import { findKind, KINDS } from '#model/kinds.ts'
import { mappingByName, mapRow, parseMapping } from '#simulator/replay/column-mapping.ts'
import { conversion } from '#simulator/replay/unit-conversion.ts'
import { refusal } from './replayed.ts'

const kindOf = (channel: string) =>
  KINDS.find(({ channels }) => channels.some(({ name }) => name === channel)) ?? KINDS[0]

/** What a mapping makes of one cell; the column is called after what stands before it. */
function mapped(text: string, cell: string, column = text.split(/[[=]/, 1)[0] ?? ''): unknown {
  const channel = /.*=([a-z0-9_]+)/.exec(text)?.[1] ?? ''
  const mapping = parseMapping(text, kindOf(channel) as (typeof KINDS)[number])
  const row = { line: 1, time: '', cells: [cell], columns: new Map([[column, 0]]), segment: 0 }
  const result = mapRow(row, [mapping])
  return 'fault' in result ? result.fault : result.values[channel]
}

describe('a column becomes a channel', () => {
  test.each([
    ['h=level_mm', '12.5', 12.5],
    ['h=level_mm*1000', '0.07', 70],
    ['h=level_mm*-1', '5', -5],
    ['h=level_mm*10+250', '1.5', 265],
    ['h=level_mm*10-250', '1.5', -235],
    ['h=level_mm-0.1', '0.3', 0.2],
    ['h=level_mm+1e3', '1', 1001],
    ['h=level_mm*1e-3', '5', 0.005],
    ['a=b=level_mm', '3', 3, 'a=b'],
    ['水位=level_mm', '3', 3],
    ['n=vibration_count*2+0.4', '3', 6],
  ])('%s of %s is %d', (text, cell, value, column?: string) => {
    expect(column === undefined ? mapped(text, cell) : mapped(text, cell, column)).toBe(value)
  })

  test('a unit in the header is found there too', () => {
    expect(mapped('水位[cm]=level_mm', '12', '水位[cm]')).toBe(120)
    expect(mapped('raw[3][cm]=level_mm', '12', 'raw[3]')).toBe(120)
  })

  test('without a factor a whole number must be one', () => {
    expect(mapped('n=vibration_count', '3.5')).toBe('n is not a whole number')
  })

  test('by its name it is taken as it is', () => {
    for (const { channels } of KINDS) {
      for (const channel of channels) expect(mappingByName(channel).column).toBe(channel.name)
    }
  })
})

describe('a unit becomes that of the channel', () => {
  test.each([
    ['x[mm]=level_mm', 3, 3],
    ['x[cm]=level_mm', 1.2, 12],
    ['x[m]=level_mm', -0.46, -460],
    ['x[ft]=level_mm', 1, 304.8],
    ['x[[ft_i]]=level_mm', 1, 304.8],
    ['x[in]=level_mm', 3, 76.2],
    ['x[ft]=accuracy_m', 10, 3.048],
    ['x[m]=odometer_km', 1500, 1.5],
    ['x[m/s]=speed_kmh', 10, 36],
    ['x[km/h]=speed_kmh', 41.5, 41.5],
    ['x[kn]=speed_kmh', 10, 18.52],
    ['x[mph]=speed_kmh', 10, 16.09344],
    ['x[Pa]=pressure_kpa', 250_000, 250],
    ['x[bar]=pressure_kpa', 2.5, 250],
    ['x[mbar]=pressure_kpa', 2500, 250],
    ['x[MPa]=pressure_kpa', 0.25, 250],
    ['x[psi]=pressure_kpa', 50, 344.738],
    ['x[mH2O]=pressure_kpa', 25, 245.16625],
    ['x[L/s]=flow_l_s', 7, 7],
    ['x[m3/h]=flow_l_s', 36, 10],
    ['x[m3/s]=flow_l_s', 0.01, 10],
    ['x[L/min]=flow_l_s', 90, 1.5],
    ['x[Cel]=temperature_celsius', 21.5, 21.5],
    ['x[K]=temperature_celsius', 294.65, 21.5],
    ['x[[degF]]=temperature_celsius', 70.7, 21.5],
    ['x[degF]=temperature_celsius', -40, -40],
    ['x[degF]=temperature_celsius', 212, 100],
    ['x[mS/cm]=conductivity_us_cm', 0.85, 850],
    ['x[S/m]=conductivity_us_cm', 0.085, 850],
    ['x[1]=fill_pct', 0.42, 42],
    ['x[%]=ch4_pct_lel', 12, 12],
    ['x[%{LEL}]=ch4_pct_lel', 12, 12],
    ['x[ppb]=h2s_ppm', 1500, 1.5],
    ['x[t]=load_kg', 3.2, 3200],
    ['x[rad]=tilt_deg', Math.PI, 180],
    ['x[dB[mW]]=rssi_dbm', -91, -91],
  ])('%s of %d is %d', (text, from, to) => {
    const value = mapped(text, String(from))
    expect(value).toBeCloseTo(to, 3)
    expect(String(value).length).toBeLessThan(17)
  })

  test('every channel takes its own unit as it is', () => {
    for (const { channels } of KINDS) {
      for (const { unit } of channels) {
        expect(conversion(unit, unit)).toEqual({ factor: 1, offset: 0 })
      }
    }
  })

  test.each([
    [
      ['h[fathom]=level_mm'],
      /^the unit fathom is not known; known for mm are mm, cm, dm, m, km, \[ft_i\], ft, /,
    ],
    [['h[kPa]=level_mm'], /^kPa cannot become mm; known for mm are /],
    [['h[%]=flow_l_s'], /^% cannot become L\/s; known for L\/s are L\/s, /],
    [['h[m]=level_mm*2'], 'a unit and a factor exclude each other: h[m]=level_mm*2'],
    [['h=level_mm*x'], /^not column=channel, column=channel\*factor\+offset or column\[unit\]=/],
  ])('%j is refused in a sentence', async (map, words) => {
    expect(await refusal('time,h\n', { map })).toMatch(words)
  })

  test('what is true or false has none', async () => {
    const cover = { kind: findKind('manhole-cover')?.name ?? '' }
    for (const map of [['o[1]=lid_open'], ['o=lid_open*2'], ['o=lid_open+1']]) {
      expect(await refusal('time,o\n', { ...cover, map })).toBe(
        'lid_open is true or false and takes no factor and no unit',
      )
    }
  })
})
