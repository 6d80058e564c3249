import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RuleParam } from '#model/rule.ts'
import { OVERRIDE_SCOPES, type OverrideScope, type RuleOverride } from '#model/rule-override.ts'
import {
  effectiveParams,
  indexOverrides,
  lookUpParams,
  type ParamDevice,
} from '#rules/effective-params.ts'

const NUMBER: RuleParam = {
  type: 'number',
  unit: 'deg',
  default: 15,
  title: null,
  min: 1,
  max: 90,
}
const TEXT: RuleParam = { ...NUMBER, type: 'text', unit: null, default: null, min: null, max: null }
const PARAMS = { angle_deg: NUMBER, area: TEXT }

const DEVICE: ParamDevice = {
  id: 'cover-1',
  group: 'north',
  gridCode: '140802001002003',
  partId: '1408020102000001',
}
const KEYS: Readonly<Record<OverrideScope, string>> = {
  device: 'cover-1',
  group: 'north',
  grid: '140802001002003',
  community: '140802001002',
  street: '140802001',
  district: '140802',
  partClass: '0102',
}

const override = (scope: OverrideScope, value: number | string, change = {}): RuleOverride => ({
  ruleId: 'cover-askew',
  param: 'angle_deg',
  scope,
  key: KEYS[scope],
  value,
  ...change,
})

test('where nothing is overridden the default holds, and is null where the rule sets none', () => {
  expect(effectiveParams(PARAMS, DEVICE, [])).toEqual({
    angle_deg: { value: 15, unit: 'deg', from: 'default' },
    area: { value: null, unit: null, from: 'default' },
  })
})

test.each(OVERRIDE_SCOPES)(
  'an override by %s goes before all that are less particular',
  (scope) => {
    const wider = OVERRIDE_SCOPES.slice(OVERRIDE_SCOPES.indexOf(scope))
    const overrides = wider.map((each, at) => override(each, 20 + at))
    expect(effectiveParams(PARAMS, DEVICE, overrides).angle_deg).toEqual({
      value: 20,
      unit: 'deg',
      from: { scope, key: KEYS[scope] },
    })
  },
)

test('each parameter takes its own way', () => {
  const overrides = [
    override('district', 'north-lake', { param: 'area' }),
    override('street', 30),
    override('device', 60, { key: 'cover-2' }),
  ]
  expect(effectiveParams(PARAMS, DEVICE, overrides)).toMatchObject({
    angle_deg: { value: 30, from: { scope: 'street' } },
    area: { value: 'north-lake', from: { scope: 'district' } },
  })
})

test('a device in no grid lies in the district of its part', () => {
  const overrides = [override('district', 20), override('street', 30)]
  const placed = effectiveParams(PARAMS, { ...DEVICE, gridCode: null }, overrides)
  expect(placed.angle_deg?.value).toBe(20)
  const nowhere = { id: 'cover-1', group: null, gridCode: null, partId: null }
  expect(effectiveParams(PARAMS, nowhere, overrides).angle_deg?.value).toBe(15)
})

test.each([
  ['of another type', { value: 'steep' }],
  ['below the least', { value: 0 }],
  ['above the most', { value: 91 }],
  ['that is no number', { value: Number.NaN }],
  ['of a parameter the rule does not have', { param: 'constructor', value: 20 }],
])('a value %s has no effect', (_name, change) => {
  const plain = effectiveParams(PARAMS, DEVICE, [])
  expect(effectiveParams(PARAMS, DEVICE, [override('device', 20, change)])).toEqual(plain)
})

const anyScope = fc.constantFrom(...OVERRIDE_SCOPES)
const anyOverride = anyScope.chain((scope) =>
  fc
    .record({
      key: fc.constantFrom(KEYS[scope], '140803', 'other'),
      value: fc.integer({ min: -5, max: 95 }),
      param: fc.constantFrom('angle_deg', 'gone'),
    })
    .map((change) => override(scope, change.value, change)),
)

test('the value is that of the first scope with a fitting override for the device', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyOverride, {
        selector: ({ param, scope, key }) => `${param} ${scope} ${key}`,
        maxLength: 25,
      }),
      (overrides) => {
        const first = OVERRIDE_SCOPES.map((scope) =>
          overrides.find(
            (each) =>
              each.param === 'angle_deg' &&
              each.scope === scope &&
              each.key === KEYS[scope] &&
              Number(each.value) >= 1 &&
              Number(each.value) <= 90,
          ),
        ).find((each) => each !== undefined)
        const found = effectiveParams(PARAMS, DEVICE, overrides).angle_deg
        expect(found?.value).toBe(first?.value ?? 15)
        expect(found?.from).toEqual(first ? { scope: first.scope, key: first.key } : 'default')
      },
    ),
    { numRuns: 2_000 },
  )
})

test('devices without an override share one object, so that a hundred thousand cost nothing', () => {
  const overrides = Array.from({ length: 1_000 }, (_, at) =>
    override('device', 20, { key: `cover-${at}` }),
  )
  const index = indexOverrides(PARAMS, [...overrides, override('group', 30, { key: 'south' })])
  const effective = Array.from({ length: 100_000 }, (_, at) =>
    lookUpParams(index, { ...DEVICE, id: `cover-${at}` }),
  )
  expect(new Set(effective).size).toBe(1_001)
})
