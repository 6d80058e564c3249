import type { Pool } from 'pg'
import type { CaseWorld } from '#cases/case-world.ts'
import { CASE_LAW } from '#cases/law.ts'
import { workTime } from '#cases/time/work-time.ts'
import { DEFAULT_POLICY } from '#model/filing-policy.ts'
import { type Principal, type Scope, WHOLE_CITY } from '#model/principal.ts'
import { ROLES, type Role } from '#model/role.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { DEFAULT_PERIODS } from '#model/work-periods.ts'
import { systemClock } from '#runtime/clock.ts'
import { CaseDesk, type CaseDeskParts } from '#store/cases/case-desk.ts'
import { CaseNumbers } from '#store/commit/case-number.ts'

const timeZone = 'Asia/Shanghai'

/** A city that has decided nothing of its own, with two departments and one inspector. */
export const TEST_WORLD: CaseWorld = {
  time: workTime({ periods: DEFAULT_PERIODS, calendar: CHINESE_CALENDAR, timeZone }),
  policyOf: () => DEFAULT_POLICY,
  departments: new Map(
    [
      { id: 'water', name: '供水公司' },
      { id: 'roads', name: '市政处' },
    ].map((each) => [each.id, each]),
  ),
  dispatchRules: [],
  inspectors: [],
  isInspector: () => true,
}

/** What a committer needs to know of cases. */
export const CASE_RULES = { law: CASE_LAW, world: () => TEST_WORLD, timeZone }

/** Somebody in a role who sees the whole city, or what a scope says. */
export const person = (role: Role, scope: Partial<Scope> = {}): Principal => ({
  accountId: accountOf(role),
  name: role,
  roles: [role],
  scope: { ...WHOLE_CITY, ...scope },
})

/** One account of each role. */
export const accountOf = (role: Role): string =>
  `00000000-0000-4000-9000-${String(ROLES.indexOf(role)).padStart(12, '0')}`

export const ACCEPTOR = person('acceptor')

/** Where commands and reports go, in a city where nobody has placed anything. */
export const testDesk = (pool: Pool, parts: Partial<CaseDeskParts> = {}): CaseDesk =>
  new CaseDesk({
    pool,
    law: CASE_LAW,
    world: () => TEST_WORLD,
    numbers: new CaseNumbers(timeZone),
    clock: systemClock,
    spotOf: ({ partId }) => ({
      gridCode: null,
      district: partId?.slice(0, 6) ?? '140802',
      address: null,
      department: null,
      network: null,
    }),
    bind: async () => Promise.resolve(),
    ...parts,
  })
