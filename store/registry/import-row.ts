import type { ImportReason } from '#model/import-report.ts'

/** One row of an import file, as the reader of its format understood it. */
export interface ImportRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number
  /** Property names and values; a property the row leaves out is absent. */
  readonly value: Readonly<Record<string, unknown>>
  /** What the reader itself found wrong. */
  readonly reasons: readonly ImportReason[]
}
