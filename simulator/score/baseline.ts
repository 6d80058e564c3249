import type { ScoreFigures, ScoreRow } from './score-run.ts'
import { tellingRows } from './score-table.ts'

/**
 * By how much a score may fall short without being worse. The figures are of the time of the run
 * and so the same in every run; but a connection that is broken, taken over or flooded lives on the
 * wall's clock, and an episode at the very edge of its tolerance may fall on either side.
 */
export const TOLERANCE = { recall: 0.02, precision: 0.02, falseCases: 0 } as const

/** The figures that are kept in the tree until others are agreed on: four digits of each. */
export const baselineOf = ({
  scenario,
  device_days,
  rows,
  ruled,
  all,
}: ScoreFigures): ScoreFigures =>
  JSON.parse(
    JSON.stringify({ scenario, device_days, rows: tellingRows({ rows }), ruled, all }, rounded),
  ) as ScoreFigures

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value

/** In what a score is worse than the baseline, a sentence each. */
export const worseThan = (baseline: ScoreFigures, score: ScoreFigures): readonly string[] =>
  sideBySide(baseline, score).flatMap(([name, was, is]) =>
    Array.from(fallenShort(was, is), (what) => `${score.scenario}: ${name} ${what}`),
  )

/** In what a score is of another run than the baseline: what happens in the city has changed. */
export const differsFrom = (baseline: ScoreFigures, score: ScoreFigures): readonly string[] =>
  sideBySide(baseline, score).flatMap(([name, was, is]) =>
    was.true === is.true
      ? []
      : [`${score.scenario}: ${name} has ${is.true} true phenomena, which were ${was.true}`],
  )

type Compared = Pick<ScoreRow, 'true' | 'recall' | 'precision' | 'falseCases'>

const UNHEARD: Compared = { true: 0, recall: null, precision: null, falseCases: 0 }

function sideBySide(
  baseline: ScoreFigures,
  score: ScoreFigures,
): readonly (readonly [string, Compared, Compared])[] {
  const [was, is] = [rowsByName(baseline), rowsByName(baselineOf(score))]
  const names = [...new Set([...was.keys(), ...is.keys()])].sort()
  return names.map((name) => [name, was.get(name) ?? UNHEARD, is.get(name) ?? UNHEARD])
}

const rowsByName = ({ rows }: ScoreFigures): ReadonlyMap<string, Compared> =>
  new Map(rows.map((row) => [row.rule ?? row.phenomenon, row]))

function* fallenShort(was: Compared, is: Compared): Generator<string> {
  for (const figure of ['recall', 'precision'] as const) {
    const [before, now] = [was[figure], is[figure]]
    if (before === null || now === null || now >= before - TOLERANCE[figure]) continue
    yield `has a ${figure} of ${now}, which was ${before}`
  }
  if (is.falseCases > was.falseCases + TOLERANCE.falseCases) {
    yield `opens ${is.falseCases} false cases, which were ${was.falseCases}`
  }
}
