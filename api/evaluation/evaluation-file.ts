import { stringify } from 'csv-stringify/sync'
import writeXlsx from 'write-excel-file/node'
import type { Evaluation } from '#model/evaluation/evaluation.ts'
import type { EpochMs } from '#model/time.ts'
import {
  definitionSheet,
  type EvaluationSheet,
  periodSheet,
  resultSheet,
  type SheetCell,
} from './evaluation-sheets.ts'

export const CSV_TYPE = 'text/csv; charset=utf-8'
export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/**
 * The result as RFC 4180, with the mark by which spreadsheets know UTF-8. What could be taken for a
 * formula is given as text.
 */
export const evaluationCsv = (evaluation: Evaluation): string =>
  stringify(
    resultSheet(evaluation).rows.map((row) => [...row]),
    {
      bom: true,
      escape_formulas: true,
    },
  )

/** The result, what its figures mean, and of which period it is, each as a sheet. */
export function evaluationXlsx(
  evaluation: Evaluation,
  wallClock: (at: EpochMs) => string,
): Promise<Buffer> {
  const period = periodSheet(evaluation, wallClock)
  const sheets = [resultSheet(evaluation), definitionSheet(evaluation), period]
  return writeXlsx(sheets.map(toSheet)).toBuffer()
}

const WIDEST = 60
const NARROWEST = 8

const toSheet = ({ name, rows }: EvaluationSheet) => ({
  sheet: name,
  data: rows.map((row, index) => row.map((cell) => (index === 0 ? headerCell(cell) : cell))),
  columns: (rows[0] ?? []).map((_, column) => ({
    width: Math.min(WIDEST, Math.max(NARROWEST, ...rows.map((row) => widthOf(row[column])))),
  })),
  stickyRowsCount: 1,
})

const headerCell = (value: SheetCell | undefined) => ({
  value: value === null || value === undefined ? '' : String(value),
  fontWeight: 'bold' as const,
})

/** In digits: a Chinese character is as wide as two. */
const widthOf = (cell: SheetCell | undefined): number =>
  Array.from(String(cell ?? '')).reduce((sum, sign) => sum + (sign > '\u2e7f' ? 2 : 1), 2)
