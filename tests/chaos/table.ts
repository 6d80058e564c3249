import type { Outcome } from './play.ts'

const COLUMNS: readonly (readonly [string, (outcome: Outcome) => string | number])[] = [
  ['scenario', ({ name }) => name],
  ['s', ({ seconds }) => seconds],
  ['said', ({ verdict }) => verdict?.said ?? ''],
  ['acknowledged', ({ verdict }) => verdict?.acknowledged ?? ''],
  ['lost', ({ verdict }) => verdict?.lost ?? ''],
  ['twice', ({ verdict }) => verdict?.twice ?? ''],
  ['cases', ({ verdict }) => verdict?.cases ?? ''],
  ['missing', ({ verdict }) => verdict?.casesLost ?? ''],
  ['twice', ({ verdict }) => verdict?.casesTwice ?? ''],
  ['notices', ({ verdict }) => verdict?.notices ?? ''],
  ['lost', ({ verdict }) => verdict?.noticesLost ?? ''],
  ['twice', ({ verdict }) => verdict?.noticesTwice ?? ''],
  ['verdict', verdictOf],
]

function verdictOf({ faults, skipped }: Outcome): string {
  if (skipped !== null) return 'not played'
  return faults.length === 0 ? 'holds' : 'FAILED'
}

/** What came of each scenario, in one table, and what was seen in each below it. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...outcomes.map((outcome) => COLUMNS.map(([, show]) => String(show(outcome)))),
  ]
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  )
  const remarks = outcomes.flatMap(({ name, seen, faults, skipped }) => [
    ...seen.map((text) => `${name}: ${text}`),
    ...faults.map((text) => `${name}: FAILED: ${text}`),
    ...(skipped === null ? [] : [`${name}: not played: ${skipped}`]),
  ])
  return [...lines, '', ...remarks].join('\n')
}
