import fc from 'fast-check'
import { CASE_DUTIES, CASE_SOURCES, type Case } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import { CASE_STATES } from '#model/case-state.ts'
import { DUE_IN, PARKED_CASES } from '#model/evaluation/evaluation-choices.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import { type EpochMs, epochMs, hours, plus } from '#model/time.ts'
import { caseOf, type StoredDeed } from '#tests/support/stored-cases.ts'

export const FROM = epochMs(Date.parse('2026-10-01T00:00:00+08:00'))
export const UNTIL = epochMs(Date.parse('2026-11-01T00:00:00+08:00'))

/** Few, so that they meet; with the edges of the period among them. */
const INSTANTS = [
  plus(FROM, hours(-500)),
  epochMs(FROM - 1),
  FROM,
  epochMs(FROM + 1),
  plus(FROM, hours(300)),
  plus(FROM, hours(301)),
  epochMs(UNTIL - 1),
  UNTIL,
  plus(UNTIL, hours(100)),
]
const instant = fc.constantFrom(...INSTANTS)
const maybe = fc.option(instant)

export const ACCOUNTS = [1, 2, 3].map((n) => `00000000-0000-4000-b000-00000000000${n}`)
const account = fc.constantFrom(...ACCOUNTS)

/** Of a city of its own, so that what other runs left is out of sight. */
const areaIn = (district: string) =>
  fc
    .tuple(
      fc.constantFrom('001', '002'),
      fc.constantFrom('001', '002'),
      fc.constantFrom('001', '002'),
    )
    .chain((parts) => fc.constantFrom(district, [district, ...parts].join('')))

const few = fc.constantFrom(0, 0, 1, 2)

const caseIn = (district: string) =>
  fc.record({
    district: fc.constant(district),
    areaCode: areaIn(district),
    state: fc.constantFrom(...CASE_STATES, 'closed' as const, 'handling' as const),
    source: fc.constantFrom(...CASE_SOURCES),
    departmentId: fc.option(fc.constantFrom('roads', 'water', 'parks')),
    edition: fc.constant('yuncheng'),
    class: fc.option(fc.constantFrom<string>('0101', '0102')),
    kind: fc.constantFrom('part', 'event'),
    network: fc.option(fc.constantFrom('north', 'south')),
    reportedAt: instant,
    filedAt: maybe,
    dispatchedAt: maybe,
    handleDeadlineAt: maybe,
    fedBackAt: maybe,
    caseDeadlineAt: maybe,
    closedAt: maybe,
    deadlineAt: maybe,
    stateSince: instant,
    lateDuties: fc.subarray([...CASE_DUTIES]),
    reportedBy: fc.option(account),
    inspectorId: fc.option(account),
    returns: few,
    reworks: few,
    extensions: few,
    parkings: few,
    recurrences: few,
  })

/** What is done in which post. */
const DEEDS: readonly (readonly [CaseEventType, string])[] = [
  ['accepted', 'acceptor'],
  ['rejected', 'acceptor'],
  ['pre-verification-asked', 'acceptor'],
  ['pre-verified', 'inspector'],
  ['filed', 'duty-officer'],
  ['dispatched', 'dispatcher'],
  ['returned', 'department-head'],
  ['post-check-asked', 'acceptor'],
  ['post-checked', 'inspector'],
  ['closed', 'duty-officer'],
  ['noted', 'inspector'],
  // In another post of the same account.
  ['accepted', 'duty-officer'],
  ['post-check-asked', 'duty-officer'],
]

const deedOf = (kinds: typeof DEEDS) =>
  fc
    .record({
      deed: fc.constantFrom(...kinds),
      at: instant,
      actorId: fc.option(account, { freq: 8 }),
      // Set, taken away, or not spoken of.
      changes: fc.oneof(
        fc.constant({}),
        maybe.map((deadlineAt) => ({ deadlineAt })),
      ),
    })
    .map(({ deed: [type, role], ...rest }) => ({ ...rest, type, role }))

const kindsNamed = (...types: CaseEventType[]) => DEEDS.filter(([type]) => types.includes(type))

/** At one case a few kinds of deeds, so that the same is often done again; some belong together. */
const history = fc
  .oneof(
    fc.subarray([...DEEDS], { minLength: 2, maxLength: 4 }),
    fc.constantFrom(
      kindsNamed('post-check-asked', 'post-checked'),
      kindsNamed('dispatched', 'returned'),
      kindsNamed('pre-verification-asked', 'pre-verified'),
    ),
  )
  .chain((kinds) => fc.array(deedOf(kinds), { maxLength: 8 }))

export interface RandomCity {
  readonly cases: readonly Case[]
  readonly deeds: readonly StoredDeed[]
}

/** Cases of one district with what was done at them; `first` numbers them. */
export const cityOf = (district: string, first: number): fc.Arbitrary<RandomCity> =>
  fc
    .array(fc.tuple(caseIn(district), history), {
      minLength: 20,
      maxLength: 60,
    })
    .map((all) => ({
      cases: all.map(([fields], index) => caseOf(first + index, fields as Partial<Case>)),
      deeds: all.flatMap(([, deeds], index) =>
        deeds.map((each, sequence) => ({
          ...each,
          changes: each.changes as { deadlineAt?: EpochMs | null },
          sequence: sequence + 1,
          caseId: caseOf(first + index, {}).id,
        })),
      ),
    }))

type Decided = Pick<
  EvaluationConfiguration,
  'due' | 'parkedCases' | 'publicSources' | 'missedSources'
>

export const decided: fc.Arbitrary<Decided> = fc.record({
  due: fc.constantFrom(...DUE_IN),
  parkedCases: fc.constantFrom(...PARKED_CASES),
  publicSources: fc.subarray([...CASE_SOURCES]),
  missedSources: fc.subarray([...CASE_SOURCES]),
})

/** Beginnings of codes in the district, some of them within others. */
export const areasIn = (district: string): fc.Arbitrary<readonly string[]> =>
  fc.array(
    areaIn(district).chain((code) =>
      fc
        .constantFrom(...[6, 9, 12, 15].filter((length) => length <= code.length))
        .map((length) => code.slice(0, length)),
    ),
    { minLength: 1, maxLength: 4 },
  )
