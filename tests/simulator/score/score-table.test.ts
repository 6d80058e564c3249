import { expect, test } from 'vitest'
import { percent, scoreText, whyOf } from '#simulator/score/score-table.ts'
import { fault, incident, score, so, told } from './trial.ts'

test.each([
  [null, '–'],
  [0, '0 %'],
  [0.005, '1 %'],
  [0.994, '99 %'],
  [0.999, '99 %'],
  [1, '100 %'],
])('a share of %j reads %s', (share, text) => {
  expect(percent(share)).toBe(text)
})

test('a score for people is a table and its reasons', () => {
  const lines = [
    incident([so(10, 20)]),
    incident([so(50, 60, { sent: 0, lost: 20 }), so(50, 60, { phenomenon: 'truck-idling' })]),
    fault('stuck', 100, 120),
  ]
  const text = scoreText(score(lines, { episodes: [told(11, 22), told(105, 106)] }))
  expect(text.split('\n')).toEqual([
    'trial, city c: 2.5 device-days',
    '',
    'rule                       true  observable  found  recall  precision  delay p50    p95  false episodes  false cases  false cases per 1,000 device-days  duplicates',
    'cover-displaced               2           2      1    50 %       50 %      120 s  120 s               1            0                                0.0           0',
    '(none) truck-idling           1           1      0     0 %          –          –      –               0            0                                0.0           0',
    'all that a rule looks for     2           2      1    50 %       50 %      120 s  120 s               1            0                                0.0           0',
    'all                           3           3      1    33 %       50 %      120 s  120 s               1            0                                0.0           0',
    '',
    'cover-displaced: 1 missed (lost), 1 false (fault: stuck)',
    'truck-idling: 1 missed (no-rule)',
    '',
    'Missed means',
    '  lost: readings were taken, but too few of them were ever sent',
    '  no-rule: no rule looks for it',
  ])
})

test('of a perfect score there is nothing to explain', () => {
  const found = score([incident([so(10, 20)])], { episodes: [told(11, 22)] })
  expect(whyOf(found.all)).toBe('')
  expect(scoreText(found)).not.toContain('Missed means')
})

test('a day on which nothing is has no shares, but sums', () => {
  expect(scoreText(score([]))).toMatch(/^all +0 +0 +0 +– +– +– +– +0 +0 +0\.0 +0$/m)
})
