import { expect, test } from 'vitest'
import type { ParamValue } from '#model/rule.ts'
import { minutes } from '#model/time.ts'
import { bindRule } from '#rules/bind-rule.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { presenceOf } from '#rules/silence.ts'
import { thresholdsOf } from '#rules/thresholds.ts'

const rule = (lines: string): string => `
id: high-water
kind: manhole-cover
title: { en: high water, zh: 高水位 }
source: our default
params:
  high_mm: { default: 2500, unit: mm }
  ground_mm: { default: null, unit: mm }
${lines}
severity: warning
outcome: { case: none }
`

/** What is found in a rule, at a device with these values. */
function found(lines: string, values: Readonly<Record<string, ParamValue>> = {}) {
  const parsed = parseRule(rule(lines), 'high-water')
  const [compiled] = parsed.compiled
  if (!compiled) throw new Error('it has a kind')
  const effective = Object.fromEntries(
    Object.entries(parsed.rule.params).map(([name, { default: usual, unit }]) => [
      name,
      { value: values[name] ?? usual, unit, from: 'default' as const },
    ]),
  )
  const bound = bindRule(
    compiled,
    { effective, interval: minutes(1) },
    {
      area: () => undefined,
      schedule: () => {
        throw new Error('it has none')
      },
      presence: presenceOf([], minutes(5)),
    },
  )
  return thresholdsOf(bound, 3).map(({ part, channel, measure, comparison, value, isPartly }) => [
    part,
    `${measure === 'value' ? channel : `${measure}(${channel})`} ${comparison} ${value}`,
    ...(isPartly ? ['partly'] : []),
  ])
}

test('a threshold is what a condition compares a channel with, by the parameters of the device', () => {
  const lines = `when: level_mm > params.high_mm
clear: level_mm < params.high_mm * 0.88
levels: [{ when: params.high_mm + 500.0 <= level_mm, severity: critical }]`
  expect(found(lines)).toEqual([
    ['when', 'level_mm > 2500'],
    ['level', 'level_mm >= 3000'],
    ['clear', 'level_mm < 2200'],
  ])
  expect(found(lines, { high_mm: 1_000 })[0]).toEqual(['when', 'level_mm > 1000'])
})

test('parts of a condition are told with what they are parts of, and windows as windows', () => {
  const lines = `when: min(level_mm, '6m') > 1500.0 && rate(level_mm, '100m') > 500.0 && tilt_deg < -3.0
clear: level_mm < 900.0 || tilt_deg > 40.0`
  expect(found(lines)).toEqual([
    ['when', 'min(level_mm) > 1500', 'partly'],
    ['when', 'tilt_deg < -3', 'partly'],
    ['clear', 'level_mm < 900'],
    ['clear', 'tilt_deg > 40'],
  ])
})

test.each([
  ['a parameter without a value', 'level_mm >= params.ground_mm'],
  ['two channels', 'h2s_ppm > h2s_ppm'],
  ['a truth value', 'lid_open'],
  ['how often something was', "count(level_mm > 5.0, '6h') >= 4"],
  ['what is not so', '!(level_mm > 5.0)'],
  ['a change', "mean(level_mm, '2h') - level_mm > 80.0"],
])('%s is no threshold', (_, condition) => {
  expect(found(`when: ${JSON.stringify(condition)}\nclear: tilt_deg != 1.0`)).toEqual([])
})
