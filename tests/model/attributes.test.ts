import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeAttributes, NO_ATTRIBUTES, readAttribute } from '#model/attributes.ts'

test.each([
  ['300', 300],
  ['0', 0],
  ['-2.50', -2.5],
  ['1e3', 1_000],
  ['123456789012345', 123_456_789_012_345],
  ['true', true],
  ['FALSE', false],
  // Identities and codes, of which a number would lose something.
  ['0102', '0102'],
  ['+8613800000000', '+8613800000000'],
  ['1234567890123456', '1234567890123456'],
  ['1e999', '1e999'],
  ['.5', '.5'],
  ['5.', '5.'],
  ['NaN', 'NaN'],
  ['DN300', 'DN300'],
  ['是', '是'],
])('the text %s is read as %j', (text, value) => {
  expect(readAttribute(text)).toBe(value)
})

test('a number that is read from a text is the one that the text writes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const read = readAttribute(String(number))
      expect(typeof read === 'number' ? read : Number(read)).toBe(number === 0 ? 0 : number)
    }),
  )
})

test('a change leaves what it does not name', () => {
  const before = { a: 1, b: 'x' }
  expect(changeAttributes(before, undefined)).toBe(before)
  expect(changeAttributes(before, { b: null, c: true })).toEqual({ a: 1, c: true })
  expect(changeAttributes(before, null)).toBe(NO_ATTRIBUTES)
  expect(changeAttributes(before, { a: null, b: null })).toBe(NO_ATTRIBUTES)
  expect(before).toEqual({ a: 1, b: 'x' })
})
