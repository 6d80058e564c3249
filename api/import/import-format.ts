import type { TObject } from 'typebox'
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

/** What a file of one sort of object may contain. */
export interface ImportFormat {
  /** The properties of a row, which are the columns of a CSV file. */
  readonly schema: TObject
  /** The property that is its identity. */
  readonly id: string
  /** What the geometry of a GeoJSON feature stands for. */
  readonly geometry: 'place' | 'shape'
}
