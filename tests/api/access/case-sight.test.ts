import { afterAll, beforeAll, expect, test } from 'vitest'
import { caseSight } from '#api/case-sight.ts'
import type { CaseBasis } from '#model/case-basis.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { epochMs, minutes } from '#model/time.ts'
import type { TestApi } from '#tests/api/api-fixture.ts'
import { device, NOON, uuid } from '#tests/store/fixtures.ts'
import { alpha, beta, inArea, openTwoDistricts } from './two-districts.ts'

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
  const sight = caseSight({ deviceId: 'opener' }, { ...WHOLE_CITY, ...scope }, findDevice)
  const { group } = sight.basis(basis(ids, deviceCount))
  return group && [group.devices.map(({ id }) => id), group.deviceCount]
}

test('of several devices together those of elsewhere are neither named nor counted', () => {
  const all = ['near', 'far', 'also', 'removed']
  expect(seen({}, all, 250)).toEqual([all, 250])
  expect(seen({ departments: ['roads'] }, all, 250)).toEqual([all, 250])
  expect(seen({ areas: ['140802'] }, all, 250)).toEqual([['near', 'also'], 2])
  expect(seen({ areas: ['140802'] }, ['near', 'also'], 250)).toEqual([['near', 'also'], 2])
  expect(seen({ networks: ['lake'] }, all, 250)).toEqual([[], 0])
  // Where the one that opened the case is does not matter: the case is seen.
  expect(seen({ areas: ['140802'] }, ['opener', ...all])).toEqual([['opener', 'near', 'also'], 3])
  expect(seen({ areas: ['140802'] }, null)).toBeNull()
})

let api: TestApi
beforeAll(async () => {
  api = await openTwoDistricts()
  const { pool } = api.registry
  const joined = [alpha.made.case, beta.episodes[0]]
  await pool.query('update episode set case_id = $1 where id = $2', joined)
  const group = basis([...alpha.devices, ...beta.devices], 250)
  await pool.query('update case_record set basis = $2 where id = $1', [alpha.made.case, group])
})
afterAll(() => api.close())

test('a case is shown without what joined it from elsewhere', async () => {
  const url = `/api/v1/cases/${alpha.made.case}`
  const whole = await api.call('GET', url)
  expect(whole.body.episodes).toHaveLength(2)
  expect(whole.body.basis.group).toMatchObject({ deviceCount: 250 })
  const { call } = await api.signIn({ roles: ['acceptor'], scope: inArea(alpha) })
  const { body, text } = await call('GET', url)
  expect(body.episodes.map(({ id }: { id: string }) => id)).toEqual([alpha.episodes[0]])
  expect(body.basis.group).toMatchObject({ deviceCount: 3 })
  expect(text).not.toContain(beta.name)
})
