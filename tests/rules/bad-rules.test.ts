import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { parseRule } from '#rules/parse-rule.ts'

const rule = (change: Readonly<Record<string, string | undefined>>): string => {
  const lines: Record<string, string | undefined> = {
    id: 'bad-rule',
    kind: 'manhole-cover',
    title: '{ en: bad, zh: 坏 }',
    source: 'a test',
    when: 'tilt_deg > 15.0',
    severity: 'warning',
    outcome: '{ case: none }',
    ...change,
  }
  return Object.entries(lines)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}
const when = (condition: string): string => rule({ when: JSON.stringify(condition) })

const LAUGHS = Array.from(
  { length: 12 },
  (_, n) =>
    `l${n}: &l${n} [${
      n === 0
        ? '"ha"'
        : Array(10)
            .fill(`*l${n - 1}`)
            .join(', ')
    }]`,
).join('\n')

const BAD: readonly (readonly [what: string, document: string, reason: RegExp])[] = [
  ['no YAML at all', '{ when: [', /at line 1, column 10/],
  ['a text', 'hello', /the document must be object/],
  ['nothing', '', /the document must be object/],
  ['two rules in one', `${rule({})}---\n${rule({})}`, /multiple documents|bad-rule/i],
  ['a key that is there twice', `${rule({})}when: lid_open\n`, /unique/i],
  ['a key that no rule has', rule({ colour: 'red' }), /colour|additional/],
  ['a kind there is none of', rule({ kind: 'lamp-post' }), /\/kind/],
  ['no condition', rule({ when: undefined }), /either `when` or `silent`/],
  ['a condition and a silence', rule({ silent: '3 intervals' }), /either `when` or `silent`/],
  ['a hold beside a silence', rule({ when: undefined, silent: '2h', hold: '5m' }), /\/hold: means/],
  ['no silence at all', rule({ when: undefined, silent: '0 intervals' }), /\/silent: is longer/],
  ['a span without unit', rule({ hold: '10' }), /\/hold/],
  ['a span below nothing', rule({ hold: '-10s' }), /\/hold/],
  ['a severity there is none of', rule({ severity: 'dire' }), /\/severity/],
  [
    'a filing condition nobody knows',
    rule({ outcome: '{ case: part, condition: x, class: "0102" }' }),
    /no part filing condition x/,
  ],
  [
    'a class of another condition',
    rule({ outcome: '{ case: part, condition: missing-or-displaced, class: "9999" }' }),
    /is for the classes/,
  ],
  [
    'a schedule nobody knows the form of',
    rule({ schedule: '{ windows: [{ from: "25:00" }] }' }),
    /\/schedule/,
  ],
  [
    'neighbours near by nothing',
    rule({ neighbours: '{ atLeast: 3, during: 5m }' }),
    /either `within_m` or `sameGrid`/,
  ],
  [
    'a mass beside a condition',
    rule({
      mass: '{ of: all, share: 0.3, atLeast: 5, during: 1h, title: { en: m, zh: m }, phenomenon: mass, severity: warning, outcome: { case: none } }',
    }),
    /\/mass: means nothing beside/,
  ],

  ['a misspelt channel', when('tilt_dge > 15.0'), /no channel tilt_dge; is it tilt_deg\? \(at 1\)/],
  [
    'a channel of another kind',
    when('lid_open && fill_pct > 15.0'),
    /no channel fill_pct.* \(at 13\)/,
  ],
  ['a flag as a number', when('lid_open > 1.0'), /no such overload.*\(at 1\)/],
  ['a number as a condition', when('tilt_deg'), /is a double, not a condition/],
  ['half a condition', when('tilt_deg >'), /\(at 11\)/],
  [
    'two units that are not the same',
    when('lid_open || tilt_deg > level_mm'),
    /deg and mm are different units \(at 13\)/,
  ],
  [
    'a rate compared with what it is a rate of',
    when("rate(level_mm, '10m') > level_mm"),
    /mm\/h and mm are different units/,
  ],
  [
    'a parameter of another unit',
    rule({ params: '{ mark_cm: { default: 3, unit: cm } }', when: 'level_mm > params.mark_cm' }),
    /mm and cm are different units/,
  ],
  [
    'a parameter there is none of',
    rule({ params: '{ mark_mm: { default: 3, unit: mm } }', when: 'level_mm > params.mrak_mm' }),
    /no parameter mrak_mm; is it mark_mm\?/,
  ],
  [
    'a text where a number belongs',
    rule({ params: '{ word: { default: a, type: text } }', when: 'level_mm > params.word' }),
    /no such overload/,
  ],
  [
    'a default outside of its bounds',
    rule({ params: '{ m: { default: 3, min: 5 } }' }),
    /\/params\/m\/default/,
  ],
  [
    'a parameter with the name of no parameter',
    rule({ params: '{ __proto__: { default: 1 } }' }),
    /\/params|additional/i,
  ],
  ['a place of what does not move', when("inside('depot')"), /inside/],
  ['a window without end', when("max(level_mm, '30d') > 1.0"), /a day at most/],

  [
    'a regular expression that backtracks',
    when('"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("(a+)+$")'),
    /matches/,
  ],
  ['a loop over a list', when('[1, 2].all(x, [1, 2].all(y, x > y))'), /no meaning|not known|here/],
  ['texts that are put together', when('"a" + "b" == "ab"'), /only numbers/],
  [
    'brackets without end',
    when(`${'('.repeat(900)}lid_open${')'.repeat(900)}`),
    /nested too deeply \(at 41\)/,
  ],
  ['brackets that are never closed', when('('.repeat(1_990)), /nested too deeply/],
  ['a not of a not of a not', when(`${'!'.repeat(1_900)}lid_open`), /deep|depth|nodes|exceed/i],
  ['a minus of a minus', when(`tilt_deg > ${'-'.repeat(1_900)}1.0`), /deep|depth|nodes|exceed/i],
  ['a chain of a thousand', when(Array(300).fill('1<2').join('||')), /nodes|exceed/i],
  [
    'a choice in a choice in a choice',
    when(`${'lid_open?lid_open:'.repeat(105)}lid_open`),
    /deep|depth|nodes|exceed/i,
  ],
  [
    'a list without end',
    when(`tilt_deg in [${Array(480).fill('1.0').join(',')}]`),
    /exceed|elements/i,
  ],
  ['a condition of 3,000 letters', when(`lid_open${' '.repeat(3_000)}`), /\/when/],

  ['laughter a billion times', `${rule({})}${LAUGHS}\n`, /alias/i],
  [
    'YAML nested without end',
    `${rule({})}x: ${'['.repeat(30_000)}`,
    /x|nested|stack|additional|at line/i,
  ],
  [
    'an alias of itself',
    `${rule({ where: undefined })}where: &a { group: *a }\n`,
    /alias|where|where/i,
  ],
  ['a megabyte', rule({ source: `"${'x'.repeat(1_048_576)}"` }), /longer than 65536 characters/],
  ['a number that is none', rule({ params: '{ m: { default: .nan } }' }), /\/params/],
  ['a number without end', rule({ params: '{ m: { default: 1e999 } }' }), /\/params/],
]

test.each(BAD)('%s is refused with its place and costs nothing', (_, document, reason) => {
  const begun = performance.now()
  const refusal = (() => {
    try {
      return parseRule(document, 'bad.yaml')
    } catch (error) {
      return error
    }
  })()
  const took_ms = performance.now() - begun
  expect(refusal).toBeInstanceOf(Rejected)
  const { message } = refusal as Rejected
  expect(message).toMatch(/^bad\.yaml: /)
  expect(message).toMatch(reason)
  expect(message.length).toBeLessThan(2_000)
  expect(took_ms).toBeLessThan(1_000)
})
