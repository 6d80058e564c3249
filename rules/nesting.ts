/** Where brackets are opened within more than so many others; undefined where they never are. */
export function deeperThan(text: string, most: number): number | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string
    if ('([{'.includes(char)) depth += 1
    if (')]}'.includes(char)) depth -= 1
    if (depth > most) return at
  }
  return undefined
}
