import { expect, test } from 'vitest'
import type { AreaGeometry } from '#model/area.ts'
import { areaUser, namedAreas } from '#monitor/named-areas.ts'
import { rule } from './fixtures.ts'

const shape = (lon: number): AreaGeometry => ({
  type: 'LineString',
  coordinates: [
    [lon, 35],
    [lon + 1, 35],
  ],
})
const KNOWN: Readonly<Record<string, AreaGeometry>> = {
  depot: shape(111),
  yard: shape(112),
  beat: shape(113),
  tried: shape(114),
  nobody: shape(115),
}
const GEOMETRY = {
  area: (id: string) => KNOWN[id],
  grid: (code: string) => (code === '140802001001001' ? shape(116) : undefined),
}
const text = (standard: string | null) =>
  ({ type: 'text', unit: null, default: standard, title: null, min: null, max: null }) as const

const LEAVES = rule({
  id: 'leaves',
  kinds: ['refuse-truck'],
  params: { area: text('yard') },
  when: "leaves('depot') || outside(params.area) || inside('grid:140802001001001')",
})
const OVERRIDES = [
  { ruleId: 'leaves', param: 'area', scope: 'device', key: 'truck', value: 'beat' },
  { ruleId: 'another', param: 'area', scope: 'device', key: 'truck', value: 'nobody' },
] as const

test('areas are named in conditions, as defaults, in overrides, by grids and by values that are tried', () => {
  const tried = { ...LEAVES, params: { area: 'tried' } }
  expect(Object.keys(namedAreas([tried], OVERRIDES, GEOMETRY)).sort()).toEqual([
    'beat',
    'depot',
    'grid:140802001001001',
    'tried',
    'yard',
  ])
})

test('who names an area is told, so that it is not removed under them', () => {
  expect(areaUser('beat', [LEAVES], OVERRIDES)).toBe('the rule leaves')
  expect(areaUser('depot', [LEAVES], [])).toBe('the rule leaves')
  expect(areaUser('nobody', [LEAVES], OVERRIDES)).toBeUndefined()
})
