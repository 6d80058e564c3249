import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { selectorOption } from '#cli/selector-option.ts'
import type { DeviceSelector } from '#model/selector.ts'

const read = (...texts: readonly string[]): DeviceSelector =>
  texts.reduce<DeviceSelector>((before, text) => selectorOption(text, before), {})

test('parts add up, values of one part are alternatives, attributes have their types', () => {
  expect(
    read(
      'group=north',
      'grid=140802001',
      'group=south = old',
      'attr.dn_mm=300',
      'attr.dn_mm=400',
      'attr.lined=true',
      'attr.code=0102',
      'attr.constructor=x',
    ),
  ).toEqual({
    group: ['north', 'south = old'],
    grid: '140802001',
    attributes: { dn_mm: [300, 400], lined: true, code: '0102', constructor: 'x' },
  })
})

test.each([
  ['group', 'part=value'],
  ['=north', 'part=value'],
  ['group=', 'group must not be empty'],
  ['colour=red', 'colour is not a field'],
  ['__proto__=x', '__proto__ is not a field'],
  ['attributes=x', 'attributes must be object'],
  ['grid=1408', 'grid must match'],
  ['attr.Medium=x', 'attributes.Medium is not a field'],
])('%s is refused with its reason', (text, reason) => {
  expect(() => read(text)).toThrow(InvalidArgumentError)
  expect(() => read(text)).toThrow(reason)
})
