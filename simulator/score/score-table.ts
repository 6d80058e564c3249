import type { Figures } from './figures.ts'
import type { Score, ScoreFigures, ScoreRow } from './score-run.ts'
import { WHY_MISSED, type WhyMissed } from './why.ts'

/** The columns of a table of scores, as texts. */
export const SCORE_COLUMNS = [
  'rule',
  'true',
  'observable',
  'found',
  'recall',
  'precision',
  'delay p50',
  'p95',
  'false episodes',
  'false cases',
  'false cases per 1,000 device-days',
  'duplicates',
] as const

/** The rows worth showing: those of which there is something to tell. */
export const tellingRows = (score: Pick<ScoreFigures, 'rows'>): readonly ScoreRow[] =>
  score.rows.filter((row) => row.true > 0 || row.episodes > 0)

/** The cells of a table of scores, with two lines of sums at its end. */
export const scoreCells = (score: ScoreFigures): readonly (readonly string[])[] => [
  ...tellingRows(score).map((row) => cellsOf(row.rule ?? `(none) ${row.phenomenon}`, row)),
  cellsOf('all that a rule looks for', score.ruled),
  cellsOf('all', score.all),
]

const cellsOf = (name: string, row: Figures): readonly string[] => [
  name,
  String(row.true),
  String(row.observable),
  String(row.found),
  percent(row.recall),
  percent(row.precision),
  secondsText(row.delayP50_s),
  secondsText(row.delayP95_s),
  String(row.falseEpisodes),
  String(row.falseCases),
  row.falseCasesPer1000DeviceDays === null ? '–' : row.falseCasesPer1000DeviceDays.toFixed(1),
  String(row.duplicates),
]

/** `93 %`; a dash where there is nothing to have a share of. Only all is 100 %. */
export function percent(share: number | null): string {
  if (share === null) return '–'
  const rounded = Math.round(share * 100)
  return `${rounded === 100 && share < 1 ? 99 : rounded} %`
}

const secondsText = (span_s: number | null): string =>
  span_s === null ? '–' : `${Math.round(span_s)} s`

/** Why a row is not perfect, in a few words; empty where it is. */
export function whyOf(row: Figures): string {
  const missed = Object.entries(row.whyMissed).map(([why, n]) => `${n} missed (${why})`)
  const wrong = Object.entries(row.whyFalse).map(([why, n]) => `${n} false (${why})`)
  return [...missed, ...wrong].join(', ')
}

/** A score for people: a table, then why what was missed was missed and what was false was said. */
export function scoreText(score: Score): string {
  const cells = scoreCells(score)
  const lines = [
    `${score.scenario}, city ${score.citySeed}: ${score.device_days.toFixed(1)} device-days`,
    '',
    ...aligned([SCORE_COLUMNS, ...cells]),
  ]
  const reasons = tellingRows(score).flatMap((row) => {
    const why = whyOf(row)
    return why === '' ? [] : [`${row.rule ?? row.phenomenon}: ${why}`]
  })
  const words = Object.keys(score.all.whyMissed).map(
    (why) => `  ${why}: ${WHY_MISSED[why as WhyMissed]}`,
  )
  if (reasons.length > 0) lines.push('', ...reasons)
  if (words.length > 0) lines.push('', 'Missed means', ...words)
  return lines.join('\n')
}

/** The first column to the left, the others, which are figures, to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = SCORE_COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
