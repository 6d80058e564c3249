import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rulesReader } from '#monitor/rules-in-force.ts'

const document = readFileSync('rules/library/cover-displaced.yaml', 'utf8')
const booked = { ruleId: 'cover-displaced', version: 1, document, enabled: true, fault: null }

test('what is disabled or cannot be read finds nothing', () => {
  const rules = [
    booked,
    { ...booked, enabled: false },
    { ...booked, document: 'weather: rain', fault: 'no rule' },
  ]
  const read = rulesReader()
  const compiled = read({ rules, overrides: [] })
  expect(compiled.map(({ rule }) => rule.id)).toEqual(['cover-displaced'])
  // A version is read once, however often it is asked for.
  expect(read({ rules, overrides: [] })[0]?.compiled).toBe(compiled[0]?.compiled)
})
