import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RuleParam } from '#model/rule.ts'
import { minutes, seconds } from '#model/time.ts'
import { CITY_DATA, device, reading, rule } from '#tests/monitor/fixtures.ts'
import { foldedAtOnce, keepsItsPromise, LONG, someReadings } from './story.ts'

const param = (unit: string | null, value: number | null): RuleParam => ({
  type: 'number',
  unit,
  default: value,
  title: null,
  min: null,
  max: null,
})

const DEVICES = [
  device('a', 'manhole-cover', { group: 'north', gridCode: '140802001001001' }),
  device('b', 'manhole-cover', { group: 'south', attributes: { medium: 'sewer' } }),
  device('c', 'manhole-cover', { partId: '1408020102000001', reportingInterval: minutes(2) }),
  device('d'),
]

const RULES = [
  rule({
    id: 'askew',
    params: { angle_deg: param('deg', 5) },
    when: 'tilt_deg > params.angle_deg',
    hold: seconds(14),
    clear: 'tilt_deg < params.angle_deg - 2.0',
    outcome: { case: 'part', condition: 'missing-or-displaced', class: '0103' },
  }),
  rule({
    id: 'high',
    params: { mark_mm: param('mm', null), rise_mm: param('mm', 2) },
    when: 'level_mm > params.mark_mm || delta(level_mm) > params.rise_mm',
  }),
  rule({
    id: 'in-the-north',
    where: { group: ['north', 'east'] },
    when: "mean(level_mm, '1m') > 2.0",
    clear: 'level_mm < 2.0',
    clearHold: seconds(14),
  }),
  rule({
    id: 'in-a-sewer',
    where: { attributes: { medium: 'sewer' } },
    when: 'tilt_deg > 3.0 && delta(tilt_deg) > 0.0',
  }),
  rule({ id: 'covers', where: { partClass: '0102' }, when: 'level_mm > 3.0', hold: seconds(21) }),
]

const data = {
  ...CITY_DATA,
  overrides: [
    { ruleId: 'askew', param: 'angle_deg', scope: 'group', key: 'north', value: 3 },
    { ruleId: 'askew', param: 'angle_deg', scope: 'device', key: 'd', value: 7 },
    { ruleId: 'high', param: 'mark_mm', scope: 'street', key: '140802001', value: 1 },
    { ruleId: 'high', param: 'rise_mm', scope: 'partClass', key: '0102', value: 4 },
  ] as const,
}

const someReading = fc
  .record({
    of: fc.constantFrom(...DEVICES),
    at: fc.nat(40),
    level_mm: fc.option(fc.nat(5), { nil: undefined }),
    tilt_deg: fc.option(fc.nat(9), { nil: undefined }),
  })
  .map(({ of, at, ...values }) => reading(of, at * 7, values))

test(
  'parameters, overrides and selectors leave the order without meaning',
  async () => {
    await keepsItsPromise(someReadings(someReading), { rules: RULES, data })
  },
  LONG,
)

test('each device goes by the parameters in force for it', async () => {
  const readings = DEVICES.flatMap((of) =>
    [0, 20].map((at) => reading(of, at, { tilt_deg: 4, level_mm: 4 })),
  )
  const { standing } = await foldedAtOnce(readings, { rules: RULES, data })
  expect(standing.map(({ ruleId, deviceId }) => `${ruleId} ${deviceId}`).sort()).toEqual([
    'askew a',
    'high a',
    'in-the-north a',
  ])
})
