/** A row of a table by the names of its columns. */
export type TableRow = Readonly<Record<string, string>>

/** Every table of a page, in its order. */
export function tablesOf(page: string): readonly (readonly TableRow[])[] {
  const blocks = page.split(/\n(?!\|)/).filter((block) => block.includes('\n|'))
  return blocks.flatMap((block) => {
    const lines = block.split('\n').filter((line) => line.startsWith('|'))
    const [header, rule, ...rows] = lines.map(cellsOf)
    if (!header || !rule?.every((cell) => /^-+$/.test(cell))) return []
    return [rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])))]
  })
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The one table that has these columns. @throws Error when there is none, or another one */
export function tableWith(page: string, ...columns: readonly string[]): readonly TableRow[] {
  const found = tablesOf(page).filter(([first]) => columns.every((name) => name in (first ?? {})))
  const [only, ...more] = found
  if (!only || more.length > 0) {
    throw new Error(`${found.length} tables have the columns ${columns.join(', ')}`)
  }
  return only
}
