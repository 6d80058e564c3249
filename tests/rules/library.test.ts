import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isRuleTest } from '#cli/load-rules.ts'
import { findClass } from '#model/catalogue.ts'
import { findKind, KIND_NAMES } from '#model/kinds.ts'
import { parseRule, parseRules } from '#rules/parse-rule.ts'

const FOLDER = 'rules/library'
const files = readdirSync(FOLDER)
  .filter((name) => !isRuleTest(name))
  .map((name) => ({ name, text: readFileSync(`${FOLDER}/${name}`, 'utf8') }))
const RULES = parseRules(files)

test('the shipped rules watch every kind of device', () => {
  expect(new Set(RULES.flatMap(({ rule }) => rule.kinds))).toEqual(new Set(KIND_NAMES))
  expect(RULES.length).toBeGreaterThanOrEqual(30)
})

test('each shipped rule stands in the file of its name and leads to a class of the catalogue', () => {
  expect(RULES.map(({ rule }) => `${rule.id}.yaml`).sort()).toEqual(
    files.map(({ name }) => name).sort(),
  )
  for (const { rule } of RULES) {
    if (rule.outcome.case === 'none') continue
    expect(findClass('yuncheng', rule.outcome.case, rule.outcome.class), rule.id).toBeDefined()
  }
})

test('every mark that a city may set has a name in both languages, and a unit', () => {
  for (const { rule } of RULES) {
    for (const [name, { type, unit, title }] of Object.entries(rule.params)) {
      expect(title, `${rule.id} ${name}`).not.toBeNull()
      if (type === 'number') expect(unit, `${rule.id} ${name}`).not.toBeNull()
    }
  }
})

test('a rule whose case somebody puts right says how long it must stay so', () => {
  const fixed = RULES.filter(({ rule }) => !rule.kinds.some((kind) => findKind(kind)?.mobile))
  for (const { rule } of fixed) {
    expect(rule.verify === null, rule.id).toBe(rule.outcome.case === 'none')
  }
})

const GOOD = files.find(({ name }) => name === 'bin-fire.yaml')?.text ?? ''

test.each([
  [
    'an unknown channel',
    GOOD.replace('temperature_celsius > params', 'heat > params'),
    /no channel heat/,
  ],
  ['an unknown kind', GOOD.replace('bin-sensor', 'bin-censor'), /\/kind/],
  ['a span without a unit', GOOD.replace('5m', '5'), /\/clearHold/],
  ['a key that is no part of a rule', `${GOOD}\nholds: 5s`, /\/holds|holds/],
  [
    'a condition of no filing standard',
    GOOD.replace('other-emergency', 'other'),
    /no event filing condition other/,
  ],
  [
    'a class the condition is not for',
    GOOD.replace('0595', '0501'),
    /other-emergency is for the classes 0595/,
  ],
  ['broken YAML', 'id: [1', /bad\.yaml/],
  ['nothing', '', /bad\.yaml/],
])('%s is refused by name', (_, text, message) => {
  expect(() => parseRule(text, 'bad.yaml')).toThrow(message)
})

test('two rules of one id are refused', () => {
  const file = { name: 'a.yaml', text: GOOD }
  expect(() => parseRules([file, file])).toThrow(/two rules have the id bin-fire/)
})
