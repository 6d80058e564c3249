import { describe, expect, test } from 'vitest'
import { fromWgs84, placeFault, toWgs84 } from '#model/place.ts'

describe('a pair of coordinates', () => {
  test.each<[number | undefined, number | undefined, string | undefined]>([
    [111, 35, undefined],
    [-180, -90, undefined],
    [undefined, undefined, undefined],
    [0, 35, undefined],
    [111, undefined, 'place-incomplete'],
    [undefined, 35, 'place-incomplete'],
    [0, 0, 'place-null-island'],
    [35, 111, 'place-swapped'],
    [12_356_000, 4_163_000, 'place-projected'],
    [437_000, 3_876_000, 'place-projected'],
    [181, 35, 'place-out-of-range'],
    [200, 100, 'place-out-of-range'],
  ])('%s, %s: %s', (lon_deg, lat_deg, expected) => {
    expect(placeFault(lon_deg, lat_deg)).toBe(expected)
  })
})

const METRES_PER_DEGREE = 111_320

describe('a shifted place', () => {
  const place = { lon_deg: 111.007, lat_deg: 35.026 }

  test.each(['gcj02', 'bd09'] as const)('in %s is moved back by hundreds of metres', (system) => {
    const moved = toWgs84(place, system)
    const metres = Math.hypot(
      (moved.lon_deg - place.lon_deg) * METRES_PER_DEGREE * Math.cos((35 * Math.PI) / 180),
      (moved.lat_deg - place.lat_deg) * METRES_PER_DEGREE,
    )
    expect(metres).toBeGreaterThan(100)
    expect(metres).toBeLessThan(2_000)
  })

  test.each(['wgs84', 'gcj02', 'bd09'] as const)('goes to %s and comes back', (system) => {
    const back = toWgs84(fromWgs84(place, system), system)
    // A tenth of a metre.
    expect(back.lon_deg).toBeCloseTo(place.lon_deg, 5)
    expect(back.lat_deg).toBeCloseTo(place.lat_deg, 5)
  })

  test('in WGS-84 stays, and so does one outside China in any system', () => {
    expect(toWgs84(place, 'wgs84')).toEqual(place)
    const dublin = { lon_deg: -6.26, lat_deg: 53.35 }
    const moved = toWgs84(dublin, 'gcj02')
    expect(moved.lon_deg).toBeCloseTo(dublin.lon_deg, 9)
    expect(moved.lat_deg).toBeCloseTo(dublin.lat_deg, 9)
  })
})
