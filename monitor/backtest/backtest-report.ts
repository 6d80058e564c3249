import type { BacktestReport, Difference, Finding, PlacedFinding, Tally } from '#model/backtest.ts'
import { CASE_STATES, type CaseState } from '#model/case-state.ts'
import type { Device } from '#model/device.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { spotOf } from '#monitor/case-proposal.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { type Comparable, compareFindings, matchKnown } from './compare-findings.ts'

/** An episode that was really found then, with what came of its case. */
export interface KnownEpisode extends Comparable {
  readonly case: { readonly number: string; readonly state: CaseState } | null
}

/** Everything a report is made of. */
export interface ReportSource {
  readonly rule: Rule
  readonly from: EpochMs
  readonly to: EpochMs
  readonly devices: ReadonlyMap<string, Device>
  readonly readings: number
  readonly tookMs: number
  readonly found: readonly Finding[]
  /** What the other version found; null where none was asked for. */
  readonly against: readonly Finding[] | null
  readonly known: readonly KnownEpisode[]
  readonly surroundings: Surroundings
  readonly timeZone: string
}

const BUSIEST = 10

/** Puts findings into their places in the city and counts them. */
export function reportOf(source: ReportSource): {
  readonly report: BacktestReport
  readonly findings: readonly PlacedFinding[]
} {
  const matched = matchKnown(source.found, source.known)
  const differences = source.against && compareFindings(source.found, source.against)
  const placed = source.found.map((finding) =>
    place(finding, source, matched.get(finding) ?? null, differences?.get(finding) ?? null),
  )
  const gone = (source.against ?? [])
    .filter((finding) => differences?.get(finding) === 'vanished')
    .map((finding) => place(finding, source, null, 'vanished'))
  const day = dayIn(source.timeZone)
  const seen = new Set(matched.values())
  const tally = (nameOf: (finding: PlacedFinding) => string): readonly Tally[] =>
    tallies(placed, nameOf)
  const report: BacktestReport = {
    ruleId: source.rule.id,
    from: source.from,
    to: source.to,
    devices: source.devices.size,
    readings: source.readings,
    tookMs: source.tookMs,
    ...countsOf(placed),
    groups: placed.filter(({ role }) => role === 'group').length,
    perDay: tally(({ confirmedAt }) => day(confirmedAt)).toSorted(byName),
    perDepartment: tally(({ department }) => department ?? '').toSorted(mostFirst),
    perGrid: tally(({ gridCode }) => gridCode ?? '').toSorted(mostFirst),
    busiest: tallies(placed.filter(isOfOneDevice), ({ deviceId }) => deviceId)
      .sort(busiestFirst)
      .slice(0, BUSIEST),
    known: {
      byCaseState: countStates(placed),
      unknown: placed.filter(({ isKnown }) => !isKnown).length,
      missed: source.known.filter((episode) => !seen.has(episode)).length,
    },
    compared: differences && countDifferences([...placed, ...gone]),
  }
  return { report, findings: [...placed, ...gone] }
}

const byName = (a: Tally, b: Tally): number => (a.name < b.name ? -1 : 1)

const mostFirst = (a: Tally, b: Tally): number => b.episodes - a.episodes || byName(a, b)

const busiestFirst = (a: Tally, b: Tally): number =>
  b.episodes + b.members - a.episodes - a.members || byName(a, b)

const isOfOneDevice = ({ role }: Finding): boolean => role !== 'group'
const standsByItself = ({ role }: Finding): boolean => role !== 'member'

function place(
  finding: Finding,
  { rule, devices, surroundings }: ReportSource,
  known: KnownEpisode | null,
  difference: Difference | null,
): PlacedFinding {
  const device = devices.get(finding.deviceId)
  // Watching only or not, it is told where it would have been.
  const spot = device && spotOf(device, finding.place, surroundings)
  const mass = finding.role === 'group' ? rule.mass : null
  const { outcome } = mass ?? rule
  return {
    ...finding,
    objectId: mass ? `mass:${finding.scope}` : (device?.partId ?? finding.deviceId),
    department: spot?.department ?? null,
    gridCode: spot?.gridCode ?? null,
    asksForCase: standsByItself(finding) && outcome.case !== 'none',
    isKnown: known !== null,
    knownCase: known?.case ?? null,
    difference,
  }
}

const tallies = (
  findings: readonly PlacedFinding[],
  nameOf: (finding: PlacedFinding) => string,
): Tally[] => [...Map.groupBy(findings, nameOf)].map(([name, own]) => ({ name, ...countsOf(own) }))

function countsOf(findings: readonly PlacedFinding[]): Omit<Tally, 'name'> {
  const episodes = findings.filter(standsByItself).length
  return { episodes, members: findings.length - episodes, cases: casesOf(findings) }
}

/** Episodes of one object that overlap lead to one case. */
function casesOf(findings: readonly PlacedFinding[]): number {
  const asking = findings.filter(({ asksForCase }) => asksForCase)
  let cases = 0
  for (const own of Map.groupBy(asking, ({ objectId }) => objectId).values()) {
    let openUntil = -Infinity
    for (const { startedAt, clearedAt } of own.toSorted((a, b) => a.startedAt - b.startedAt)) {
      if (startedAt > openUntil) cases += 1
      openUntil = Math.max(openUntil, clearedAt ?? Infinity)
    }
  }
  return cases
}

const countStates = (findings: readonly PlacedFinding[]): Record<CaseState, number> =>
  Object.fromEntries(
    CASE_STATES.map((state) => [
      state,
      findings.filter(({ knownCase }) => knownCase?.state === state).length,
    ]),
  ) as Record<CaseState, number>

function countDifferences(findings: readonly PlacedFinding[]): Record<Difference, number> {
  const counts = { appeared: 0, vanished: 0, changed: 0, same: 0 }
  for (const finding of findings) {
    if (finding.difference && standsByItself(finding)) counts[finding.difference] += 1
  }
  return counts
}

/** The city's day of an instant, `2026-11-23`. */
function dayIn(timeZone: string): (at: EpochMs) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  return (at) => format.format(at)
}
