import { type EpochMs, epochMs, parseInstant } from '#model/time.ts'
import { query } from '#store/query.ts'
import { movingClock } from '#tests/people/moving-clock.ts'
import { caseOf, putCases, putDeeds } from '#tests/support/stored-cases.ts'
import { openTestApi } from './api-fixture.ts'

export const NORTH = '140802001001001'
export const SOUTH = '140826001001001'
export const INSPECTOR = '00000000-0000-4000-b000-000000000001'
export const OCTOBER = 'from=2026-10-01&to=2026-11-01'

export const at = (text: string): EpochMs => parseInstant(`2026-${text}:00+08:00`) ?? epochMs(0)

/** Two districts with some cases of a month, evaluated over HTTP. */
export async function openEvaluatedCity() {
  const api = await openTestApi({}, { clock: movingClock() })
  const { pool } = api.registry
  await query(
    pool,
    `insert into department (id, parent_id, name) values
       ('bureau', null, '城管局'), ('roads', 'bureau', '=市政处'), ('water', 'bureau', '供水公司')`,
  )
  await query(
    pool,
    `insert into unit_grid (code, district, street, community, geometry) values
       ($1, '盐湖区', '中城街道', '红旗社区', '{}'), ($2, '永济市', '城西街道', '任阳社区', '{}')`,
    [NORTH, SOUTH],
  )
  const handled = { state: 'closed', filedAt: at('10-02T09:00') } as const
  const north = { areaCode: NORTH, district: '140802', departmentId: 'roads' } as const
  const south = { areaCode: SOUTH, district: '140826', departmentId: 'water' } as const
  const due = { handleDeadlineAt: at('10-04T09:00'), caseDeadlineAt: at('10-06T09:00') } as const
  const done = { fedBackAt: at('10-03T09:00'), closedAt: at('10-05T09:00') } as const
  await putCases(pool, [
    caseOf(1, { ...north, ...handled, ...due, ...done, reportedAt: at('10-02T08:00') }),
    caseOf(2, { ...north, state: 'rejected', departmentId: null, reportedAt: at('10-31T23:59') }),
    caseOf(3, { ...south, ...handled, ...due, ...done, reportedAt: at('10-01T00:00') }),
    caseOf(4, {
      ...south,
      ...due,
      state: 'parked',
      source: 'inspector',
      reportedBy: INSPECTOR,
      filedAt: at('10-03T09:00'),
      reportedAt: at('10-03T08:00'),
    }),
    caseOf(5, { ...south, state: 'reported', departmentId: null, reportedAt: at('11-02T08:00') }),
  ])
  await putDeeds(pool, [
    {
      caseId: caseOf(3, {}).id,
      sequence: 1,
      at: at('10-02T09:00'),
      type: 'dispatched',
      actorId: INSPECTOR,
      role: 'dispatcher',
      changes: {},
    },
  ])
  return {
    api,
    get: (what: string, headers: Record<string, string> = {}) =>
      api.call('GET', `/api/v1/evaluation/${what}`, undefined, headers),
  }
}
