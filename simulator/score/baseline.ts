import type { Score, ScoreRow } from './score-run.ts'

/** What a scenario scored when its figures were last agreed on. Kept in the tree. */
export interface Baseline {
  readonly scenario: string
  readonly rules: Readonly<Record<string, AgreedFigures>>
}

export interface AgreedFigures {
  readonly true: number
  readonly recall: number | null
  readonly precision: number | null
  readonly falseCases: number
}

/**
 * By how much a score may fall short without being worse: a reading that reaches the service a
 * moment earlier or later, or twice, must not change a verdict, but an episode at the very edge of
 * its tolerance may fall on either side.
 */
export const TOLERANCE = { recall: 0.02, precision: 0.02, falseCases: 0 } as const

export const baselineOf = (score: Score): Baseline => ({
  scenario: score.scenario,
  rules: Object.fromEntries(
    score.rows.flatMap((row) =>
      row.rule === null || isIdle(row) ? [] : [[row.rule, agreed(row)]],
    ),
  ),
})

const isIdle = (row: ScoreRow): boolean => row.true === 0 && row.episodes === 0

const agreed = (row: ScoreRow): AgreedFigures => ({
  true: row.true,
  recall: rounded(row.recall),
  precision: rounded(row.precision),
  falseCases: row.falseCases,
})

const rounded = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 10_000) / 10_000

/** In what a score is worse than the baseline, a sentence each. */
export function worseThan(baseline: Baseline, score: Score): readonly string[] {
  const now = baselineOf(score).rules
  const rules = [...new Set([...Object.keys(baseline.rules), ...Object.keys(now)])].sort()
  return rules.flatMap((rule) => {
    const [was, is] = [baseline.rules[rule] ?? UNHEARD, now[rule] ?? UNHEARD]
    return Array.from(fallenShort(was, is), (what) => `${score.scenario}: ${rule} ${what}`)
  })
}

const UNHEARD: AgreedFigures = { true: 0, recall: null, precision: null, falseCases: 0 }

function* fallenShort(before: AgreedFigures, now: AgreedFigures): Generator<string> {
  for (const figure of ['recall', 'precision'] as const) {
    const [was, is] = [before[figure], now[figure]]
    if (was === null || is === null || is >= was - TOLERANCE[figure]) continue
    yield `has a ${figure} of ${is}, which was ${was}`
  }
  if (now.falseCases > before.falseCases + TOLERANCE.falseCases) {
    yield `opens ${now.falseCases} false cases, which were ${before.falseCases}`
  }
}

/** In what a score is of another run than the baseline: what happens in the city has changed. */
export function differsFrom(baseline: Baseline, score: Score): readonly string[] {
  const now = baselineOf(score).rules
  const rules = [...new Set([...Object.keys(baseline.rules), ...Object.keys(now)])].sort()
  return rules.flatMap((rule) => {
    const [was, is] = [baseline.rules[rule]?.true ?? 0, now[rule]?.true ?? 0]
    return was === is
      ? []
      : [`${score.scenario}: there are ${is} true phenomena for ${rule}, which were ${was}`]
  })
}
