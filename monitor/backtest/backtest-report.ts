import type { BacktestReport, Difference, Finding, PlacedFinding, Tally } from '#model/backtest.ts'
import { CASE_STATES, type CaseState } from '#model/case.ts'
import type { Device } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { proposeCase } from '#monitor/case-proposal.ts'
import { fromEvidence } from '#monitor/evidence.ts'
import type { Surroundings } from '#monitor/ports.ts'

/** An episode that was really found then, with what came of its case. */
export interface KnownEpisode {
  readonly deviceId: string
  readonly startedAt: EpochMs
  readonly clearedAt: EpochMs | null
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
  readonly city: { readonly district: string; readonly timeZone: string }
}

const BUSIEST = 10

/** Puts findings into their places in the city and counts them. */
export function reportOf(source: ReportSource): {
  readonly report: BacktestReport
  readonly findings: readonly PlacedFinding[]
} {
  const matched = matchKnown(source.found, source.known)
  const differences = source.against && compare(source.found, source.against)
  const placed = source.found.map((finding) =>
    place(finding, source, matched.get(finding) ?? null, differences?.get(finding) ?? null),
  )
  const gone = (source.against ?? [])
    .filter((finding) => differences?.get(finding) === 'vanished')
    .map((finding) => place(finding, source, null, 'vanished'))
  const day = dayIn(source.city.timeZone)
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
    episodes: placed.length,
    cases: casesOf(placed),
    perDay: tally(({ confirmedAt }) => day(confirmedAt)).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
    perDepartment: tally(({ department }) => department ?? '').toSorted(mostFirst),
    perGrid: tally(({ gridCode }) => gridCode ?? '').toSorted(mostFirst),
    busiest: tally(({ deviceId }) => deviceId)
      .toSorted(mostFirst)
      .slice(0, BUSIEST),
    known: {
      byCaseState: countStates(placed),
      unknown: placed.filter(({ knownCase }) => knownCase === null).length,
      missed: source.known.filter((episode) => !seen.has(episode)).length,
    },
    compared: differences && countDifferences([...placed, ...gone]),
  }
  return { report, findings: [...placed, ...gone] }
}

const mostFirst = (a: Tally, b: Tally): number =>
  b.episodes - a.episodes || (a.name < b.name ? -1 : 1)

function place(
  finding: Finding,
  { rule, devices, surroundings, city }: ReportSource,
  known: KnownEpisode | null,
  difference: Difference | null,
): PlacedFinding {
  const device = devices.get(finding.deviceId)
  const kind = device && findKind(device.kind)
  const confirmed = finding.evidence.at(-1)
  const proposal =
    device && kind && confirmed
      ? // Watching only or not, it is told where it would have been.
        proposeCase(
          { ...rule, rule, objectId: null, basis: null },
          device,
          fromEvidence(kind, confirmed),
          surroundings,
          city,
          finding.confirmedAt,
        )
      : null
  return {
    ...finding,
    objectId: device?.partId ?? finding.deviceId,
    department: proposal?.department ?? null,
    gridCode: proposal?.gridCode ?? device?.gridCode ?? null,
    knownCase: known?.case ?? null,
    difference,
  }
}

type Span = Pick<Finding, 'startedAt' | 'clearedAt'>

const overlap = (a: Span, b: Span): boolean =>
  a.startedAt <= (b.clearedAt ?? Infinity) && b.startedAt <= (a.clearedAt ?? Infinity)

function matchKnown(
  found: readonly Finding[],
  known: readonly KnownEpisode[],
): ReadonlyMap<Finding, KnownEpisode> {
  const byDevice = Map.groupBy(known, ({ deviceId }) => deviceId)
  return new Map(
    found.flatMap((finding) => {
      const match = byDevice.get(finding.deviceId)?.find((episode) => overlap(finding, episode))
      return match ? [[finding, match] as const] : []
    }),
  )
}

/** Pairs what overlaps, earliest first; what is left over appeared or vanished. */
function compare(
  found: readonly Finding[],
  against: readonly Finding[],
): ReadonlyMap<Finding, Difference> {
  const differences = new Map<Finding, Difference>()
  const before = Map.groupBy(against, ({ deviceId }) => deviceId)
  for (const finding of found) {
    const left = before.get(finding.deviceId) ?? []
    const index = left.findIndex((other) => overlap(other, finding))
    const [match] = index < 0 ? [] : left.splice(index, 1)
    differences.set(finding, !match ? 'appeared' : same(match, finding) ? 'same' : 'changed')
  }
  for (const left of before.values()) {
    for (const finding of left) differences.set(finding, 'vanished')
  }
  return differences
}

const same = (a: Finding, b: Finding): boolean =>
  a.startedAt === b.startedAt && a.endedAt === b.endedAt && a.clearedAt === b.clearedAt

function tallies(
  findings: readonly PlacedFinding[],
  nameOf: (finding: PlacedFinding) => string,
): Tally[] {
  return [...Map.groupBy(findings, nameOf)].map(([name, group]) => ({
    name,
    episodes: group.length,
    cases: casesOf(group),
  }))
}

/** Episodes of one object that overlap lead to one case. */
function casesOf(findings: readonly PlacedFinding[]): number {
  let cases = 0
  for (const group of Map.groupBy(findings, ({ objectId }) => objectId).values()) {
    let openUntil = -Infinity
    for (const { startedAt, clearedAt } of group.toSorted((a, b) => a.startedAt - b.startedAt)) {
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
  for (const { difference } of findings) if (difference) counts[difference] += 1
  return counts
}

/** The city's day of an instant, `2026-11-23`. */
function dayIn(timeZone: string): (at: EpochMs) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  return (at) => format.format(at)
}
