import type { BacktestReport, BacktestState, Tally } from '#model/backtest.ts'

/** A trial as the API shows it. */
export interface ShownBacktest {
  readonly id: string
  readonly state: BacktestState
  readonly ruleId: string
  readonly from: string
  readonly to: string
  readonly progress: number
  readonly readings: number
  readonly fault: string | null
  readonly report: ShownReport | null
}

export type ShownReport = Omit<BacktestReport, 'ruleId' | 'from' | 'to'>

const ROWS_SHOWN = 15

/** What a trial found, for people. */
export function backtestSummary(trial: ShownBacktest, report: ShownReport): string {
  const { known, compared } = report
  const lines = [
    `rule       ${trial.ruleId}, ${trial.from} to ${trial.to}`,
    `looked at  ${report.readings} readings of ${report.devices} devices in ${report.tookMs} ms`,
    `found      ${report.episodes} episodes, ${report.cases} cases`,
    ...(report.groups + report.members === 0
      ? []
      : [
          `           ${report.groups} are groups; ${report.members} more are no case of their own`,
        ]),
    `known      ${report.episodes + report.members - known.unknown} were found then, ${known.unknown} were not; ` +
      `${known.missed} found then are not found now`,
    ...Object.entries(known.byCaseState)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `           ${count} led to a case that is ${state}`),
  ]
  if (compared) {
    const { appeared, vanished, changed, same } = compared
    lines.push(
      `compared   ${appeared} appear, ${vanished} are gone, ${changed} change, ${same} stay`,
    )
  }
  return [
    ...lines,
    ...table('day', report.perDay),
    ...table('department', report.perDepartment),
    ...table('unit grid', report.perGrid),
    ...table('busiest device', report.busiest),
  ].join('\n')
}

function table(title: string, tallies: readonly Tally[]): readonly string[] {
  if (tallies.length === 0) return []
  const shown = tallies.slice(0, ROWS_SHOWN)
  const rows = shown.map(
    ({ name, episodes, members, cases }) =>
      `${column(episodes, 9)} ${column(members, 8)} ${column(cases, 7)}  ${name === '' ? '(none)' : name}`,
  )
  const more = tallies.length - shown.length
  return [
    '',
    ` episodes  members   cases  ${title}`,
    ...rows,
    ...(more > 0 ? [`${' '.repeat(28)}and ${more} more`] : []),
  ]
}

const column = (count: number, width: number): string => String(count).padStart(width)
