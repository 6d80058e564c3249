import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { ScoreFigures, ScoreRow } from './score-run.ts'
import { tellingRows } from './score-table.ts'

/** Why a rule does badly, in a sentence for people: by scenario, or `any`, then by rule. */
export type Remarks = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Below so much of recall or precision a rule does badly, and the page says why. */
export const BAD = 0.9

/** The sentences that are kept beside the baselines. */
export const loadRemarks = (): Remarks =>
  parse(readFileSync(join(import.meta.dirname, 'remarks.yaml'), 'utf8')) as Remarks

/** Of this scenario, else of any; undefined where nobody wrote one. */
export const remarkOn = (
  remarks: Remarks,
  scenario: string,
  { rule, phenomenon }: Pick<ScoreRow, 'rule' | 'phenomenon'>,
): string | undefined => {
  const name = rule ?? phenomenon
  return remarks[scenario]?.[name] ?? remarks['any']?.[name]
}

/** The rows that do badly. What no rule looks for is nobody's fault, and says so itself. */
export const badRows = (score: ScoreFigures): readonly ScoreRow[] =>
  tellingRows(score).filter(
    ({ rule, recall, precision }) =>
      rule !== null && ((recall ?? 1) < BAD || (precision ?? 1) < BAD),
  )
