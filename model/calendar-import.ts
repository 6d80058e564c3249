import type { ImportReason } from './import-report.ts'

/** What becomes of a row: the day is declared, declared otherwise than before, or was so already. */
export const DAY_OUTCOMES = ['added', 'changed', 'same', 'refused'] as const
export type DayOutcome = (typeof DAY_OUTCOMES)[number]

/** What an import of days does, or would do. One refused row means that nothing is kept. */
export interface CalendarImportReport {
  readonly committed: boolean
  readonly accepted: number
  readonly rejected: number
  readonly rows: readonly {
    /** Of a CSV file the line on which the row begins, of JSON which item it is; from 1. */
    readonly line: number
    /** As far as the row gives one. */
    readonly date: string | null
    readonly outcome: DayOutcome
    readonly reasons: readonly ImportReason[]
  }[]
  /** Days the city had declared and that were taken back because the file leaves them out. */
  readonly removed: readonly string[]
}

/** More days than any calendar has special ones in ten years. */
export const CALENDAR_ROWS_MAX = 2_000
