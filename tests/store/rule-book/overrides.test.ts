import { expect, test } from 'vitest'
import type { RuleOverride } from '#model/rule-override.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import { tiltRule } from '#tests/support/rule-language.ts'
import { by, eachWithBook, ID } from './book-fixture.ts'

const city = eachWithBook()

const override = (change: Partial<RuleOverride> = {}): RuleOverride => ({
  ruleId: ID,
  param: 'angle_deg',
  scope: 'device',
  key: 'cover-1',
  value: 30,
  ...change,
})

const DEVICE = bareDevice('cover-1', 'manhole-cover', { group: 'east' })

test('a disabled rule keeps its versions and overrides, and says so to whoever folds', async () => {
  await city.ship(tiltRule(15))
  await city.book.setOverride(override(), by)
  await city.book.setEnabled(ID, false, by)
  expect(city.heard.at(-1)).toMatchObject({
    rules: [{ enabled: false }],
    overrides: [{ value: 30 }],
  })
  // A newer version does not enable it.
  await city.ship(tiltRule(12))
  expect(city.book.get(ID)).toMatchObject({ version: 2, enabled: false })
  expect(await city.book.setEnabled(ID, true, by)).toMatchObject({ enabled: true })
})

test.each([
  ['a parameter the rule has not', { param: 'depth_mm' }, /no parameter depth_mm.*angle_deg/],
  ['a text for a number', { value: 'steep' }, /angle_deg is a number/],
  ['less than the least', { value: 0 }, /at least 1/],
  ['more than the most', { value: 90.5 }, /at most 90/],
  ['a key that is no device', { key: 'cover 1' }, /the id of a device/],
  ['a grid of twelve digits', { scope: 'grid', key: '140802001002' }, /15 digits/],
  ['a district by name', { scope: 'district', key: '盐湖区' }, /6 digits/],
  ['a part class by the whole code', { scope: 'partClass', key: '1408020102' }, /4 digits/],
  ['a group without a name', { scope: 'group', key: '' }, /name of a group/],
  ['a key that cannot be stored', { scope: 'group', key: 'a\0' }, /cannot be stored/],
] as const)('an override with %s is refused', async (_name, change, reason) => {
  await city.ship(tiltRule(15))
  const set = city.book.setOverride(override(change), by)
  await expect(set).rejects.toThrow(reason)
  await expect(set).rejects.toMatchObject({ code: 'invalid-input' })
})

test('an override holds until it is taken away, one for each scope and key', async () => {
  await city.ship(tiltRule(15))
  const value = () => city.book.effective(ID, DEVICE).angle_deg
  await city.book.setOverride(override({ scope: 'group', key: 'east', value: 20 }), by)
  await city.book.setOverride(override(), by)
  await city.book.setOverride(override({ value: 45.5 }), { author: 'Zhang' })
  expect(value()).toEqual({ value: 45.5, unit: 'deg', from: { scope: 'device', key: 'cover-1' } })
  expect(city.book.overrides(ID)).toMatchObject([
    { scope: 'device', value: 45.5, author: 'Zhang', fault: null },
    { scope: 'group', value: 20 },
  ])
  await city.book.removeOverride(override(), by)
  expect(value()?.value).toBe(20)
  expect((await city.book.changes(ID, 1))[0]).toMatchObject({
    action: 'override-removed',
    detail: { param: 'angle_deg', scope: 'device', key: 'cover-1', before: 45.5 },
  })
  const bin = { ...DEVICE, kind: 'bin-sensor' }
  expect(() => city.book.effective(ID, bin)).toThrow(/is for manhole-cover/)
})

test('an override that another version leaves without meaning is kept and said so', async () => {
  await city.ship(tiltRule(15))
  await city.book.setOverride(override(), by)
  await city.book.publish(ID, tiltRule(9, { params: 'angle_deg: { default: 9.0, max: 10 }' }), by)
  expect(city.book.overrides(ID)).toMatchObject([{ value: 30, fault: 'angle_deg is at most 10' }])
  await city.book.rollBack(ID, 1, by)
  expect(city.book.overrides(ID)).toMatchObject([{ value: 30, fault: null }])
})
