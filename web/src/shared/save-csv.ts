type Cell = string | number | null

/** Begins with what a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/

const cellOf = (cell: Cell, isExact: boolean): string => {
  const text = String(cell ?? '')
  const isFormula = !isExact && typeof cell === 'string' && FORMULA.test(text)
  const plain = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

/**
 * RFC 4180, with the mark by which spreadsheets know UTF-8. What could be taken for a formula is given
 * as text, unless every sign counts.
 */
function csvOf(rows: readonly (readonly Cell[])[], isExact: boolean): string {
  const lines = rows.map((row) => row.map((cell) => cellOf(cell, isExact)).join(','))
  return `\uFEFF${lines.map((line) => `${line}\r\n`).join('')}`
}

/** Hands a table to whoever looks at the page, as a file. */
export function saveCsv(
  name: string,
  rows: readonly (readonly Cell[])[],
  { isExact = false } = {},
): void {
  const address = URL.createObjectURL(new Blob([csvOf(rows, isExact)], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
