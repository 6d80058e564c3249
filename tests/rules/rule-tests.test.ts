import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isRuleTest, loadRules, shippedRules, yamlFiles } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import { runRuleTests } from '#rules/run-rule-test.ts'
import { parseSeries } from '#rules/series.ts'

const rules = await loadRules(null)
const schedules = await loadSchedules(null)
const files = (await yamlFiles(shippedRules)).filter(isRuleTest)
const results = (
  await Promise.all(
    files.map(async (file) =>
      runRuleTests(await readFile(file, 'utf8'), basename(file), rules, schedules),
    ),
  )
).flat()

describe('the tests beside the shipped rules', () => {
  test.each(results)('$rule: $name', ({ fault }) => {
    expect(fault).toBeUndefined()
  })

  test('every rule has one', () => {
    const tested = new Set(results.map(({ rule }) => rule))
    expect(rules.filter(({ rule }) => !tested.has(rule.id)).map(({ rule }) => rule.id)).toEqual([])
  })
})

const OPEN = `
rule: cover-open
tests:
  - name: trial
    interval: 20s
    series: { lid_open: falsex2 truex4 falsex5 }
    episodes: [{ startedAt: 40s, confirmedAt: 40s, endedAt: 2m, clearedAt: 3m }]
`

describe('a test of a rule', () => {
  test('fails with what was expected and what was found', () => {
    const [result] = runRuleTests(
      OPEN.replace('clearedAt: 3m', 'clearedAt: 4m'),
      'x',
      rules,
      schedules,
    )
    expect(result?.fault).toBe(
      'expected started 40s, confirmed 40s, ended 2m, cleared 4m\n' +
        'found    started 40s, confirmed 40s, ended 2m, cleared 3m',
    )
  })

  test('fails where an episode is missing, and where one is too many', () => {
    const none = OPEN.replace(/episodes: .*/, 'episodes: []')
    expect(runRuleTests(none, 'x', rules, schedules)[0]?.fault).toMatch(
      /^expected no episode\nfound {4}started/,
    )
    const never = OPEN.replace('truex4', 'falsex4')
    expect(runRuleTests(never, 'x', rules, schedules)[0]?.fault).toMatch(/found {4}no episode$/)
  })

  test.each([
    ['a rule that is not there', OPEN.replace('cover-open', 'cover-ajar'), /no rule cover-ajar/],
    ['a channel of another kind', OPEN.replace('lid_open', 'fill_pct'), /no channel fill_pct/],
    ['a series that is none', OPEN.replace('truex4', 'mostly'), /\/series\/lid_open: `mostly`/],
    ['an unknown key', `${OPEN}colour: red`, /colour|additional/],
    ['no YAML', '{ rule: [', /x: /],
  ])('%s is refused with its place', (_, text, reason) => {
    expect(() => runRuleTests(text, 'x', rules, schedules)).toThrow(reason)
  })
})

test.each([
  ['1 2x3 _', [1, 2, 2, 2, undefined]],
  ['5+10x4', [5, 15, 25, 35]],
  ['0.1+0.1x3', [0.1, 0.2, 0.3]],
  ['3-2x3 -1', [3, 1, -1, -1]],
  ['true falsex2', [true, false, false]],
])('the series %s', (text, values) => {
  expect(parseSeries(text)).toEqual(values)
})

test.each(['x3', '1x', '1x-3', 'true+1x2', '1..2', '1x1000000'])('%s is no series', (text) => {
  expect(() => parseSeries(text)).toThrow(RangeError)
})
