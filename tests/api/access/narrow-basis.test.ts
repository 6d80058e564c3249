import { expect, test } from 'vitest'
import { narrowBasis } from '#api/narrow-basis.ts'
import type { CaseBasis } from '#model/case-basis.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { epochMs, minutes } from '#model/time.ts'
import { device, NOON, uuid } from '#tests/store/fixtures.ts'

const DISTRICTS: Readonly<Record<string, string>> = {
  near: '140802',
  also: '140802',
  far: '140803',
}
const findDevice = (id: string) => {
  const district = DISTRICTS[id]
  return district === undefined
    ? undefined
    : { ...device(id), gridCode: `${district}001001001`, group: 'river' }
}

const basis = (ids: readonly string[] | null, deviceCount = 0): CaseBasis => ({
  episodeId: uuid(1),
  ruleVersion: 1,
  title: { en: 'silent', zh: '失联' },
  source: 'our default',
  when: null,
  clear: null,
  clauses: [],
  hold_ms: minutes(0),
  clearHold_ms: minutes(0),
  gap_ms: minutes(0),
  silence_ms: null,
  listenedFrom: null,
  verify_ms: null,
  schedule: null,
  params: {},
  units: {},
  startedAt: NOON,
  confirmedAt: NOON,
  evidence: [],
  group:
    ids === null
      ? null
      : {
          atLeast: 2,
          within_m: null,
          share: 0.5,
          during_ms: minutes(5),
          scope: 'all',
          deviceCount,
          devices: ids.map((id) => ({ id, place: null, startedAt: NOON, confirmedAt: epochMs(1) })),
        },
})

const seen = (scope: Partial<Scope>, ids: readonly string[] | null, deviceCount?: number) => {
  const { group } = narrowBasis(basis(ids, deviceCount), { ...WHOLE_CITY, ...scope }, findDevice)
  return group && [group.devices.map(({ id }) => id), group.deviceCount]
}

test('of several devices together those of elsewhere are neither named nor counted', () => {
  const all = ['near', 'far', 'also', 'removed']
  expect(seen({}, all, 250)).toEqual([all, 250])
  expect(seen({ departments: ['roads'] }, all, 250)).toEqual([all, 250])
  expect(seen({ areas: ['140802'] }, all, 250)).toEqual([['near', 'also'], 2])
  expect(seen({ areas: ['140802'] }, ['near', 'also'], 250)).toEqual([['near', 'also'], 2])
  expect(seen({ networks: ['lake'] }, all, 250)).toEqual([[], 0])
  expect(seen({ areas: ['140802'] }, null)).toBeNull()
})
