import { expect, test } from 'vitest'
import { ERROR_CODES } from '#model/error.ts'
import { ERROR_NAMES_ZH } from '#model/error-names.ts'
import { missingYearWarning } from '#runtime/watch-calendar.ts'

const CHINESE = /[\u4e00-\u9fff]/

test('every code of an error is said in Chinese as well as in English', () => {
  expect(Object.keys(ERROR_NAMES_ZH).toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
  for (const text of Object.values(ERROR_NAMES_ZH)) expect(text).toMatch(CHINESE)
  for (const text of Object.values(ERROR_CODES)) expect(text).not.toMatch(CHINESE)
})

test('a year without known holidays is warned of in both languages', () => {
  const { en, zh } = missingYearWarning(2027)
  expect(en).toContain('2027')
  expect(zh).toMatch(/2027 年节假日/)
})
