import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import {
  BACKTEST_STATES,
  type Backtest,
  type BacktestReport,
  type PlacedFinding,
} from '#model/backtest.ts'
import { CASE_STATES } from '#model/case-state.ts'
import { EPISODE_ROLES } from '#model/episode.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

const counts = {
  episodes: Type.Integer({ description: 'Single ones and groups.' }),
  members: Type.Integer({
    description: 'Episodes of single devices that are part of what a group is about.',
  }),
  cases: Type.Integer({
    description: 'Of what asks for one; such episodes of one object that overlap are one case.',
  }),
}
const Tallies = Type.Array(Type.Object({ name: Type.String(), ...counts }))
const Difference = Type.Enum(['appeared', 'vanished', 'changed', 'same'])

const Report = Type.Object({
  devices: Type.Integer(),
  readings: Type.Integer({
    description: 'Folded; a rule about several devices begins a while before the span.',
  }),
  tookMs: Type.Integer(),
  ...counts,
  groups: Type.Integer({ description: 'How many of the episodes are groups.' }),
  perDay: Tallies,
  perDepartment: Tallies,
  perGrid: Tallies,
  busiest: Tallies,
  known: Type.Object(
    {
      byCaseState: Type.Object(
        Object.fromEntries(CASE_STATES.map((state) => [state, Type.Integer()])) as Record<
          (typeof CASE_STATES)[number],
          ReturnType<typeof Type.Integer>
        >,
      ),
      unknown: Type.Integer({ description: 'Found now, not then.' }),
      missed: Type.Integer({ description: 'Found then, not now.' }),
    },
    { description: 'Beside the episodes of the same phenomenon that were found at the time.' },
  ),
  compared: nullable(
    Type.Object(
      {
        appeared: Type.Integer(),
        vanished: Type.Integer(),
        changed: Type.Integer(),
        same: Type.Integer(),
      },
      { description: 'Single ones and groups, beside the other version; null without one.' },
    ),
  ),
})

export const BacktestView = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum([...BACKTEST_STATES]),
    ruleId: Type.String(),
    from: Instant,
    to: Instant,
    createdAt: Instant,
    progress: Type.Number({ description: 'Of the span, 0 to 1.' }),
    readings: Type.Integer({ description: 'Folded so far.' }),
    fault: nullable(Type.String({ description: 'Why it failed.' })),
    report: nullable(Report),
  },
  { $id: 'Backtest', description: 'A trial of a rule on stored readings.' },
)
export type BacktestView = Static<typeof BacktestView>

export const showBacktest = (backtest: Backtest): BacktestView => ({
  id: backtest.id,
  state: backtest.state,
  ruleId: backtest.ruleId,
  from: formatInstant(backtest.from),
  to: formatInstant(backtest.to),
  createdAt: formatInstant(backtest.createdAt),
  progress: backtest.progress,
  readings: backtest.readings,
  fault: backtest.fault,
  report: backtest.report && showReport(backtest.report),
})

const showReport = ({ from: _from, to: _to, ruleId: _rule, ...counts }: BacktestReport) => ({
  ...counts,
  perDay: [...counts.perDay],
  perDepartment: [...counts.perDepartment],
  perGrid: [...counts.perGrid],
  busiest: [...counts.busiest],
  known: { ...counts.known, byCaseState: { ...counts.known.byCaseState } },
  compared: counts.compared && { ...counts.compared },
})

export const FindingView = Type.Object(
  {
    deviceId: Type.String({ description: 'Of a group: the device that was first.' }),
    objectId: Type.String({
      description: 'The part, the device that sits on none, or `mass:` and what is silent.',
    }),
    role: Type.Enum([...EPISODE_ROLES]),
    group: nullable(
      Type.Integer({ description: 'Number of the group that it is or belongs to, from 1.' }),
    ),
    scope: nullable(Type.String({ description: 'Of a group: what it is about.' })),
    devices: Type.Array(Type.String(), {
      description: 'Of a group: every device that ever belonged to it.',
    }),
    severity: Type.Enum([...SEVERITIES], { description: 'The last it had.' }),
    grades: Type.Array(Type.Object({ at: Instant, severity: Type.Enum([...SEVERITIES]) }), {
      description: 'From when on it had which severity.',
    }),
    department: nullable(Type.String()),
    gridCode: nullable(Type.String()),
    startedAt: Instant,
    confirmedAt: Instant,
    endedAt: nullable(Instant),
    clearedAt: nullable(Instant),
    asksForCase: Type.Boolean(),
    isKnown: Type.Boolean({
      description: 'An episode of the same phenomenon was found at the time.',
    }),
    caseNumber: nullable(Type.String({ description: 'Of the case that was opened then.' })),
    caseState: nullable(Type.Enum([...CASE_STATES])),
    difference: nullable(Difference),
  },
  { $id: 'Finding', description: 'An episode that a rule would have found. Event time.' },
)
export type FindingView = Static<typeof FindingView>

export const showFinding = (finding: PlacedFinding): FindingView => ({
  deviceId: finding.deviceId,
  objectId: finding.objectId,
  role: finding.role,
  group: finding.group,
  scope: finding.scope,
  devices: [...finding.devices],
  severity: finding.severity,
  grades: finding.grades.map(({ at, severity }) => ({ at: formatInstant(at), severity })),
  department: finding.department,
  gridCode: finding.gridCode,
  startedAt: formatInstant(finding.startedAt),
  confirmedAt: formatInstant(finding.confirmedAt),
  endedAt: showInstant(finding.endedAt),
  clearedAt: showInstant(finding.clearedAt),
  asksForCase: finding.asksForCase,
  isKnown: finding.isKnown,
  caseNumber: finding.knownCase?.number ?? null,
  caseState: finding.knownCase?.state ?? null,
  difference: finding.difference,
})
