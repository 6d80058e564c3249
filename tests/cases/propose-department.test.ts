import { expect, test } from 'vitest'
import type { DispatchRule } from '#cases/case-world.ts'
import { proposeDepartment } from '#cases/propose-department.ts'
import { TEST_WORLD } from '#tests/support/case-rules.ts'

const rule = (more: Partial<DispatchRule>): DispatchRule => ({
  kind: null,
  class: null,
  areaCode: null,
  departmentId: 'roads',
  ...more,
})
const found = {
  department: null,
  kind: 'part',
  class: '0101',
  areaCode: '140802001002003',
} as const
const proposed = (dispatchRules: readonly DispatchRule[], department: string | null = null) =>
  proposeDepartment({ ...found, department }, { ...TEST_WORLD, dispatchRules })

test('the record of the part goes before every rule, by the name of the department or its id', () => {
  expect(proposed([rule({})], '供水公司')).toBe('water')
  expect(proposed([rule({})], 'water')).toBe('water')
})

test('where the record names nobody that is a department the most particular rule decides', () => {
  const everywhere = rule({ departmentId: 'water' })
  expect(proposed([everywhere], '某公司')).toBe('water')
  expect(proposed([everywhere, rule({ areaCode: '140802' })])).toBe('roads')
  expect(
    proposed([rule({ areaCode: '140802001' }), rule({ class: '0101', departmentId: 'water' })]),
  ).toBe('water')
  expect(
    proposed([
      rule({ areaCode: '140802' }),
      rule({ areaCode: '140802001', departmentId: 'water' }),
    ]),
  ).toBe('water')
})

test('a rule for something else, somewhere else or for nobody that is there proposes nothing', () => {
  expect(proposed([])).toBeNull()
  expect(proposed([rule({ kind: 'event' })])).toBeNull()
  expect(proposed([rule({ class: '0102' })])).toBeNull()
  expect(proposed([rule({ areaCode: '140803' })])).toBeNull()
  expect(proposed([rule({ departmentId: 'gone' })])).toBeNull()
})
