import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Device, districtOf } from '#model/device.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { DeviceSelectorDocument } from '#model/selector-document.ts'
import { selects } from '#model/selects.ts'
import { device } from '#tests/monitor/fixtures.ts'

const COVER = device('cover-1', 'manhole-cover', {
  group: 'north',
  gridCode: '140802001001001',
  partId: '1408030102000007',
  attributes: { medium: 'sewer', dn_mm: 300, lined: false },
})
const TRUCK = device('truck-1', 'refuse-truck', { place: null })

test.each<[string, DeviceSelector, boolean]>([
  ['nothing asked', {}, true],
  ['its id', { device: 'cover-1' }, true],
  ['another id', { device: 'cover-2' }, false],
  ['one of several ids', { device: ['cover-2', 'cover-1'] }, true],
  ['a list of none', { device: [] }, false],
  ['its group', { group: 'north' }, true],
  ['the beginning of its group', { group: 'nor' }, false],
  ['the district of its grid', { district: '140802' }, true],
  ['the district of its part, which the grid outweighs', { district: '140803' }, false],
  ['its grid', { grid: '140802001001001' }, true],
  ['the grid beside it', { grid: '140802001001002' }, false],
  ['its community', { grid: '140802001001' }, true],
  ['its street', { grid: '140802001' }, true],
  ['another street or its own', { grid: ['140802002', '140802001'] }, true],
  ['the class of its part', { partClass: ['0101', '0102'] }, true],
  ['another class', { partClass: '0101' }, false],
  ['an attribute', { attributes: { medium: 'sewer' } }, true],
  ['one of several values', { attributes: { dn_mm: [200, 300] } }, true],
  ['a number as text', { attributes: { dn_mm: '300' } }, false],
  ['a value that is false', { attributes: { lined: false } }, true],
  ['two attributes of which one differs', { attributes: { medium: 'sewer', dn_mm: 1 } }, false],
  ['an attribute it has not', { attributes: { constructor: ['x'] } }, false],
  ['no attribute in particular', { attributes: {} }, true],
  ['two parts that fit', { group: 'north', grid: '140802001' }, true],
  ['two parts of which one does not', { group: 'south', grid: '140802001' }, false],
])('a cover is asked for %s', (_, selector, expected) => {
  expect(selects(selector, COVER)).toBe(expected)
})

test('a truck on no part is in no group, grid, district or class', () => {
  expect(selects({}, TRUCK)).toBe(true)
  for (const selector of [
    { group: 'north' },
    { grid: '140802001' },
    { district: '140802' },
    { partClass: '0102' },
    { attributes: { medium: 'sewer' } },
  ]) {
    expect(selects(selector, TRUCK)).toBe(false)
  }
})

test('the district is that of the grid, else of the part', () => {
  expect(districtOf(COVER)).toBe('140802')
  expect(districtOf({ ...COVER, gridCode: null })).toBe('140803')
  expect(districtOf(TRUCK)).toBeUndefined()
})

const text = (...values: string[]) => fc.constantFrom(...values)
const someDevice = fc
  .record({
    id: text('a', 'b'),
    group: text('north', 'south'),
    gridCode: fc.option(text('140802001001001', '140802001002001', '140803001001001')),
    partId: fc.option(text('1408020102000001', '1408030101000001')),
    attributes: fc.dictionary(text('medium', 'dn_mm'), fc.constantFrom('sewer', 300, true)),
  })
  .map(({ id, ...more }): Device => device(id, 'manhole-cover', more))

const oneOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))
const someSelector = fc.record(
  {
    device: oneOf(text('a', 'b')),
    group: oneOf(text('north', 'south')),
    district: oneOf(text('140802', '140803')),
    grid: oneOf(text('140802001', '140802001001', '140802001001001')),
    partClass: oneOf(text('0101', '0102')),
    attributes: fc.dictionary(
      text('medium', 'dn_mm'),
      oneOf<string | number | boolean>(fc.constantFrom('sewer', 300, true)),
    ),
  },
  { requiredKeys: [] },
)
const fault = schemaCheck(DeviceSelectorDocument)

test('a selector fits where each of its parts does, and a part where one of its values does', () => {
  fc.assert(
    fc.property(someSelector, someDevice, (selector, of) => {
      expect(fault(selector)).toEqual([])
      const { attributes = {}, ...parts } = selector
      const each = [
        ...Object.entries(parts).map(([part, wanted]) =>
          [wanted].flat().some((value) => selects({ [part]: value }, of)),
        ),
        ...Object.entries(attributes).map(([name, wanted]) =>
          [wanted].flat().some((value) => selects({ attributes: { [name]: value } }, of)),
        ),
      ]
      expect(selects(selector, of)).toBe(!each.includes(false))
    }),
    { numRuns: 1_000 },
  )
})

test.each<[object, string]>([
  [{ district: 140_802 }, 'district must be string or array'],
  [{ district: '1408' }, 'district must match'],
  [{ grid: ['140802001001001', '14080200100'] }, 'grid.1 must match'],
  [{ group: [] }, 'group must NOT have fewer than 1 items'],
  [{ group: '' }, 'group must not be empty'],
  [{ colour: 'red' }, 'colour is not a field of this object'],
  [{ attributes: { Medium: 'sewer' } }, 'attributes.Medium is not a field of this object'],
  [{ attributes: { medium: null } }, 'attributes.medium must be string or number or boolean'],
])('the selector %j is refused with its reason', (selector, reason) => {
  expect(fault(selector)[0]?.detail).toContain(reason)
})
