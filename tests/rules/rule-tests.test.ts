import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isRuleTest, loadRules, shippedRules, yamlFiles } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { runRuleTests } from '#rules/run-rule-test.ts'
import { parseSeries } from '#rules/series.ts'
import { parseTrack } from '#rules/track.ts'

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

/** A rule of its own with one test, and what the test says of it. */
function faultOf(rule: string, trial: string): string | undefined {
  const title = 'title: { en: trial, zh: 试 }\nsource: our default\noutcome: { case: none }'
  const parsed = parseRule(`id: trial\n${title}\nseverity: notice\n${rule}`, 'trial.yaml')
  const text = `rule: trial\ntests: [{ name: trial, interval: 1m, ${trial} }]`
  const [result] = runRuleTests(text, 'x', [parsed], schedules)
  return result?.fault
}

const TILTED = 'kind: manhole-cover\nwhen: tilt_deg > 15.0\n'
const ONE = 'series: { tilt_deg: 20x2 0x2 }'
const FOUND = '[{ startedAt: 0s, confirmedAt: 0s, endedAt: 2m, clearedAt: 2m }]'

describe('a device of a test', () => {
  test.each([
    ['group: north', '{ group: north }', '{ group: south }'],
    ['partClass: "0102"', '{ partClass: "0102" }', '{ partClass: "0103" }'],
    ['grid: "140802001"', '{ gridCode: "140802001001001" }', '{}'],
    ['district: "140802"', '{ partId: "1408020102000007" }', '{ partId: "1408810102000007" }'],
    [
      'attributes: { dn_mm: 300 }',
      '{ attributes: { dn_mm: 300 } }',
      '{ attributes: { dn_mm: 400 } }',
    ],
  ])('is one of those with %s, or has no episode', (where, fits, other) => {
    const rule = `${TILTED}where: { ${where} }`
    expect(faultOf(rule, `${ONE}, device: ${fits}, episodes: ${FOUND}`)).toBeUndefined()
    expect(faultOf(rule, `${ONE}, device: ${other}, episodes: []`)).toBeUndefined()
  })

  test('is of the kind that it says, where the channels leave it open', () => {
    const rule = 'kind: any\nsilent: 3 intervals'
    const quiet = 'series: { temperature_celsius: 20x4 }, until: 7m'
    const silent = 'episodes: [{ startedAt: 3m, confirmedAt: 6m }]'
    expect(faultOf(rule, `${quiet}, device: { kind: bin-sensor }, ${silent}`)).toBeUndefined()
  })

  test('may have a clock that is ahead', () => {
    const rule = 'kind: manhole-cover\nwhen: ahead_s > 60.0'
    const series = 'series: { tilt_deg: 0x4, ahead_s: 0 90x2 5 }'
    const found = '[{ startedAt: 1m, confirmedAt: 1m, endedAt: 3m, clearedAt: 3m }]'
    expect(faultOf(rule, `${series}, episodes: ${found}`)).toBeUndefined()
  })

  test('has series that may begin with 0x', () => {
    expect(faultOf(TILTED, 'series: { tilt_deg: 0x20 }, episodes: []')).toBeUndefined()
    const found = '[{ startedAt: 32m, confirmedAt: 32m, endedAt: 33m, clearedAt: 33m }]'
    expect(faultOf(TILTED, `series: { tilt_deg: 0x32 20 0 }, episodes: ${found}`)).toBeUndefined()
  })

  test('is followed along its track, and moves as fast as that takes', () => {
    const rule = 'kind: refuse-truck\nwhen: outside("town") && speed_kmh > 20.0'
    const town = '{ town: { polygon: [[111, 35], [111.02, 35], [111.02, 35.02], [111, 35.02]] } }'
    const track = '"[111.01,35.01]x2 -> [111.05,35.01]x10 x3"'.replace(' x3', ' [111.05,35.01]x3')
    // Out after 2.5 of the ten steps, which are 365 m or 22 km/h each.
    const found = '[{ startedAt: 4m, confirmedAt: 4m, endedAt: 12m, clearedAt: 12m }]'
    expect(faultOf(rule, `areas: ${town}, track: ${track}, episodes: ${found}`)).toBeUndefined()
  })

  test('is not silent while nobody listens, nor in the minutes after', () => {
    const rule = 'kind: manhole-cover\nsilent: 10m'
    const quiet = 'series: { tilt_deg: 0x5 _x59 0 }'
    const always = '[{ startedAt: 4m, confirmedAt: 14m, endedAt: 64m, clearedAt: 64m }]'
    expect(faultOf(rule, `${quiet}, episodes: ${always}`)).toBeUndefined()
    // Five minutes of grace, then ten that count.
    const later = always.replace('14m', '45m')
    expect(
      faultOf(rule, `${quiet}, breaks: [{ from: 8m, to: 30m }], episodes: ${later}`),
    ).toBeUndefined()
    expect(faultOf(rule, `${quiet}, breaks: [{ from: 8m, to: 52m }], episodes: []`)).toBeUndefined()
  })

  test('has grades, all of which are looked at where any are wanted', () => {
    const rule = `${TILTED}levels: [{ when: tilt_deg > 60.0, severity: critical }]`
    const series = 'series: { tilt_deg: 20 70 20 0 }'
    const span = 'startedAt: 0s, confirmedAt: 0s, endedAt: 3m, clearedAt: 3m'
    const rising = 'grades: { 0s: notice, 1m: critical, 2m: notice }'
    expect(faultOf(rule, `${series}, episodes: [{ ${span}, ${rising} }]`)).toBeUndefined()
    expect(faultOf(rule, `${series}, episodes: [{ ${span}, grades: { 0s: notice } }]`)).toContain(
      'notice at 0s, critical at 1m, notice at 2m',
    )
  })
})

const ROAD = `{a: { lon_deg: 111.0, lat_deg: 35.0, gridCode: "140802001001001", series: { tilt_deg: 0x1 20x9 } }, b: { lon_deg: 111.0002, lat_deg: 35.0, gridCode: "140802001001001", series: { tilt_deg: 0x2 20x8 } }, c: { lon_deg: 111.01, lat_deg: 35.0, gridCode: "140802001001002", series: { tilt_deg: 20x10 } },}`

describe('several devices of a test', () => {
  test.each(['within_m: 30', 'sameGrid: true'])('are together with %s', (near) => {
    const rule = `${TILTED}neighbours: { atLeast: 2, ${near}, during: 5m }`
    const groups = 'groups: [{ startedAt: 1m, confirmedAt: 2m, devices: [b, a] }]'
    expect(faultOf(rule, `devices: ${ROAD}, ${groups}`)).toBeUndefined()
    expect(faultOf(rule, `devices: ${ROAD}, groups: []`)).toBe(
      'expected no group\nfound    a, b together: started 1m, confirmed 2m, ended open, cleared open',
    )
  })

  test('each have episodes, which are wanted in any order of the devices', () => {
    const episodes = ['c', 'a', 'b'].map((device, index) => {
      const at = `${[0, 1, 2][index]}m`
      return `{ device: ${device}, startedAt: ${at}, confirmedAt: ${at} }`
    })
    expect(faultOf(TILTED, `devices: ${ROAD}, episodes: [${episodes.join(', ')}]`)).toBeUndefined()
    expect(faultOf(TILTED, `devices: ${ROAD}, episodes: [${episodes[0]}]`)).toContain('a: started')
  })

  test('of one group that fall silent at once are a mass silence, of two groups they are not', () => {
    const rule =
      'kind: manhole-cover\nsilent: 5m\nmass: { of: group, share: 0.5, atLeast: 2, during: 10m, ' +
      'title: { en: many, zh: 多 }, phenomenon: many, severity: notice, outcome: { case: none } }'
    const quiet = (group: string) => `{ group: ${group}, series: { tilt_deg: 0x3 } }`
    const well = '{ group: north, series: { tilt_deg: 0x60 } }'
    const groups = 'groups: [{ startedAt: 2m, confirmedAt: 7m, devices: [a, b] }]'
    const both = `{ a: ${quiet('north')}, b: ${quiet('north')}, c: ${well} }`
    expect(faultOf(rule, `devices: ${both}, ${groups}`)).toBeUndefined()
    const apart = `{ a: ${quiet('north')}, b: ${quiet('south')}, c: ${well} }`
    expect(faultOf(rule, `devices: ${apart}, groups: []`)).toBeUndefined()
    const many = `{ a: ${quiet('north')}, b: ${quiet('north')}, c: ${well}, d: ${well}, e: ${well} }`
    expect(faultOf(rule, `devices: ${many}, groups: []`)).toBeUndefined()
  })
})

test.each([
  ['neither series nor track', 'episodes: []', /\/tests\/0: has no `series`/],
  ['nothing to expect', ONE, /\/tests\/0: expects neither/],
  ['a series beside devices', `${ONE}, devices: ${ROAD}, groups: []`, /\/series means nothing/],
  [
    'groups of a rule that has none',
    `${ONE}, groups: [{ startedAt: 0s, confirmedAt: 0s, devices: [a] }]`,
    /\/groups: trial looks at each/,
  ],
  [
    'an episode of nobody',
    `devices: ${ROAD}, episodes: [{ startedAt: 0s, confirmedAt: 0s }]`,
    /\/episodes\/0\/device is not one/,
  ],
  [
    'a parameter that is none',
    `${ONE}, params: { angle: 5 }, episodes: []`,
    /\/params: trial has no parameter angle/,
  ],
  [
    'a track of a cover',
    'track: "[111,35]x3", episodes: []',
    /\/track: a manhole-cover has no channel lon_deg/,
  ],
  [
    'a series of a device',
    `devices: { a: { series: { tilt_deg: much } } }, episodes: []`,
    /\/devices\/a\/series\/tilt_deg: `much`/,
  ],
  [
    'a device of another kind',
    `${ONE}, device: { kind: bin-sensor }, episodes: []`,
    /\/kind: trial is for manhole-cover/,
  ],
  [
    'breaks that cross',
    `${ONE}, breaks: [{ from: 5m, to: 1m }], episodes: []`,
    /\/breaks\/0: they ascend/,
  ],
  [
    'an interval of nothing',
    'interval: 0s, series: { tilt_deg: 1 }, episodes: []',
    /Map keys must be unique|\/interval/,
  ],
])('%s is refused with its place', (_, trial, reason) => {
  expect(() => faultOf(TILTED, trial)).toThrow(reason)
})

test('a fix is in the track or in a series, not in both', () => {
  const rule = 'kind: refuse-truck\nwhen: speed_kmh > 20.0'
  const trial = 'track: "[111,35]x3", series: { lon_deg: 111x3 }, episodes: []'
  expect(() => faultOf(rule, trial)).toThrow(/\/series\/lon_deg: is in the track as well/)
})

const place = (lon_deg: number, lat_deg = 35) => ({ lon_deg, lat_deg })

test.each([
  ['[111,35]x2', [place(111), place(111)]],
  ['[111, 35] -> [111.3, 35] x 3', [place(111), place(111.1), place(111.2), place(111.3)]],
  ['[111,35] _x2 -> [111.2,35]x2', undefined],
  ['[111,35] _x2 [112,36]', [place(111), undefined, undefined, place(112, 36)]],
])('the track %s', (text, points) => {
  if (points) expect(parseTrack(text)).toEqual(points)
  else expect(parseTrack(text)).toHaveLength(5)
})

test.each(['111,35', '-> [111,35]', '[111,35] -> _', '[111,95]', '[111,35]x1000000', '[111,35] x'])(
  '%s is no track',
  (text) => {
    expect(() => parseTrack(text)).toThrow(RangeError)
  },
)

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
