// What a spreadsheet takes for a formula, behind any apostrophes of ours: also written wide, as input
// methods do, and behind a break that some take off.
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/
const ESCAPED = /^'+[=+\-@\t\r\n＝＋－＠]/
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/

/** A text that no spreadsheet runs as a formula: an apostrophe before it. */
export const toSpreadsheet = (text: string): string =>
  FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text

/** The text as it was before {@link toSpreadsheet}. */
export const fromSpreadsheet = (cell: string): string => (ESCAPED.test(cell) ? cell.slice(1) : cell)
