export interface DiffLine {
  readonly sort: 'same' | 'gone' | 'new'
  readonly text: string
  /** From 1, in the text it is of; null: it is not in it. */
  readonly before: number | null
  readonly after: number | null
}

/** The lines of two texts, those that both have beside those that one has alone. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const lengths = a.length * b.length > MOST_PAIRS ? [] : commonLengths(a, b)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sort: 'same', text: a[i] as string, before: ++i, after: ++j })
    } else if (
      i < a.length &&
      (j === b.length || lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1))
    ) {
      lines.push({ sort: 'gone', text: a[i] as string, before: ++i, after: null })
    } else lines.push({ sort: 'new', text: b[j] as string, before: null, after: ++j })
  }
  return lines
}

/** Texts longer than any rule are told as one replaced by the other. */
const MOST_PAIRS = 16_000_000

type Table = readonly Uint16Array[]

const lengthAt = (table: Table, i: number, j: number): number => table[i]?.[j] ?? 0

/** Of the rest of both from each line on: how many lines they have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): Table {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = table[i] as Uint16Array
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] =
        a[i] === b[j]
          ? lengthAt(table, i + 1, j + 1) + 1
          : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1))
    }
  }
  return table
}

/** Only what differs, with some lines around it; null stands for what is left out. */
export function hunks(lines: readonly DiffLine[], around = 3): readonly (DiffLine | null)[] {
  const isNear = lines.map((_, index) =>
    lines
      .slice(Math.max(0, index - around), index + around + 1)
      .some(({ sort }) => sort !== 'same'),
  )
  return lines.flatMap((line, index) => {
    if (isNear[index]) return [line]
    return index === 0 || isNear[index - 1] ? [null] : []
  })
}
