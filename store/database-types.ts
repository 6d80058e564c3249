import { types } from 'pg'
import { parseTimestamp } from './timestamp.ts'

const { builtins } = types

/**
 * How values come out of PostgreSQL, decided once: `timestamptz` as epoch milliseconds, `bigint`
 * and `numeric` as numbers (sequence numbers and counts stay below 2^53).
 */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [builtins.INT8]: Number,
  [builtins.NUMERIC]: Number,
  [builtins.TIMESTAMPTZ]: parseTimestamp,
}

type ParserOf = (oid: number, format?: 'text' | 'binary') => (text: string) => unknown
const usual: ParserOf = types.getTypeParser

/** For the `types` of every client and pool. */
export const databaseTypes: { readonly getTypeParser: ParserOf } = {
  getTypeParser: (oid, format) => (format !== 'binary' && PARSERS[oid]) || usual(oid, format),
}
