import { expect, test } from 'vitest'
import { DevicePatch, NewDevice } from '#model/device.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import { UnitGrid } from '#model/unit-grid.ts'

const newDevice = schemaCheck(NewDevice)
const patch = schemaCheck(DevicePatch)
const grid = schemaCheck(UnitGrid)

test('a device that fits has no fault', () => {
  expect(newDevice({ id: 'cover-1', kind: 'manhole-cover' })).toEqual([])
})

test('every fault of a device is named at once', () => {
  const faults = newDevice({ id: 'no spaces', kind: 'kite', lat_deg: 'north', colour: 'red' })
  expect(faults.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
    'bad-value id',
    'bad-value kind',
    'bad-value lat_deg',
    'unknown-field colour',
  ])
})

test('what is missing is named by its field', () => {
  expect(newDevice({ id: 'a' })).toEqual([
    { code: 'missing', field: 'kind', detail: 'kind is missing' },
  ])
})

test('a value that is not an object is one fault', () => {
  expect(newDevice([])).toMatchObject([{ code: 'bad-value', field: '' }])
})

test('a value that may be null is judged by what it would be otherwise', () => {
  expect(patch({ label: null })).toEqual([])
  expect(patch({ label: '' })).toEqual([
    { code: 'bad-value', field: 'label', detail: 'label must not be empty' },
  ])
  expect(patch({ label: 7 })).toHaveLength(1)
})

test('a polygon with a short ring is told so and not that it is no multipolygon', () => {
  const given = { code: '140802001001001', district: 'a', street: 'b', community: 'c' }
  const geometry = { type: 'Polygon', coordinates: [[[1, 2]]] }
  expect(grid({ ...given, geometry })).toEqual([
    {
      code: 'bad-value',
      field: 'geometry.coordinates.0',
      detail: 'geometry.coordinates.0 must NOT have fewer than 4 items',
    },
  ])
  expect(grid({ ...given, geometry: { type: 'Point', coordinates: [1, 2] } })).toHaveLength(1)
})
