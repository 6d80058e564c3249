import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromSpreadsheet, toSpreadsheet } from '#api/exchange/spreadsheet-text.ts'

const FORMULAS = [
  '=HYPERLINK("http://x")',
  '+1+1',
  '-2-3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  "'=1",
]
const WIDE = ['＝1+1', '＋1', '－1-1', '＠SUM(A1)']

test.each([...FORMULAS, ...WIDE])('%j is run by no spreadsheet', (text) => {
  expect(toSpreadsheet(text)).toBe(`'${text}`)
})

test.each(['井盖', '-3.5', '+86', "'quoted'", '', '1=1'])('%j stays as it is', (text) => {
  expect(toSpreadsheet(text)).toBe(text)
})

test('every text comes back as it was', () => {
  const tricky = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '＝', '1', 'a'),
  })
  fc.assert(
    fc.property(fc.oneof(fc.string(), tricky), (text) => {
      expect(fromSpreadsheet(toSpreadsheet(text))).toBe(text)
    }),
  )
})
