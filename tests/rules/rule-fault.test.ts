import { describe, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { RULE_FAULT_TEXTS, sayRuleFault } from '#model/rule-fault.ts'
import type { PlacedFault } from '#rules/fault-places.ts'
import { parseRule } from '#rules/parse-rule.ts'

const LINES = {
  id: 'bad-rule',
  kind: 'manhole-cover',
  title: '{ en: bad, zh: 坏 }',
  source: 'a test',
  when: 'tilt_deg > 15.0',
  severity: 'warning',
  outcome: '{ case: none }',
}

function faultsOf(change: Readonly<Record<string, string | undefined>>): readonly PlacedFault[] {
  const document = Object.entries({ ...LINES, ...change })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
  try {
    parseRule(document, 'rule')
  } catch (error) {
    if (error instanceof Rejected) return error.detail['errors'] as readonly PlacedFault[]
    throw error
  }
  throw new Error('nothing is wrong with it')
}

const holes = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? []

test('each fault of a rule has a sentence in both languages, and none says what the English does not', () => {
  for (const { en, zh } of Object.values(RULE_FAULT_TEXTS)) {
    expect(en).not.toBe('')
    expect(zh).toMatch(/\p{Script=Han}/u)
    for (const hole of holes(zh)) expect(holes(en)).toContain(hole)
  }
})

describe('a fault is told by its code, with what was wrong this time', () => {
  test.each([
    ['a channel misspelt', { when: 'tilt_degree > 1.0' }, 'unknown-channel-near'],
    ['a channel there is none of', { when: 'colour_of_it > 1.0' }, 'unknown-channel'],
    ['a parameter there is none of', { when: 'tilt_deg > params.angle' }, 'unknown-param'],
    ['a number for a condition', { when: 'tilt_deg' }, 'no-condition'],
    ['two units', { when: 'tilt_deg > battery_pct' }, 'other-units'],
    ['a window without unit', { when: "max(tilt_deg, '10') > 1.0" }, 'window-span'],
    ['a window of days', { when: "max(tilt_deg, '2d') > 1.0" }, 'window-day'],
    ['no condition', { when: undefined }, 'when-or-silent'],
    ['a hold beside a silence', { when: undefined, silent: '2h', hold: '5m' }, 'nothing-beside'],
    ['no silence at all', { when: undefined, silent: '0 intervals' }, 'silence-of-nothing'],
    ['bounds turned round', { params: '{ a: { default: 2, min: 3, max: 1 } }' }, 'min-above-max'],
    ['a default outside', { params: '{ a: { default: 9, min: 1, max: 3 } }' }, 'out-of-bounds'],
    [
      'a filing condition nobody knows',
      { outcome: '{ case: part, condition: x, class: "0102" }' },
      'unknown-condition',
    ],
    [
      'a class of another condition',
      { outcome: '{ case: part, condition: missing-or-displaced, class: "9999" }' },
      'condition-of-others',
    ],
    ['a key that no rule has', { colour: 'red' }, 'no-part'],
    ['a severity there is none of', { severity: 'dire' }, 'form-enum'],
    ['a span without unit', { hold: '10' }, 'form-string'],
    ['a rule without severity', { severity: undefined }, 'form-required'],
  ])('%s', (_, change, code) => {
    const faults = faultsOf(change)
    const found = faults.find(({ fault }) => fault?.code === code)
    expect(faults.map(({ fault }) => fault?.code)).toContain(code)
    if (!found?.fault) return
    // In English it is the sentence that the API and the commands tell.
    expect(found.detail).toContain(sayRuleFault(found.fault, 'en'))
    expect(sayRuleFault(found.fault, 'zh')).not.toMatch(/[{}]/)
  })
})
