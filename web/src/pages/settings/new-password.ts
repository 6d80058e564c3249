/** Without letters and digits that look alike. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP = 5

/** A password that nobody guesses, to be read out over the telephone: about 99 bits. */
export function newPassword(): string {
  // Signs beyond the last whole round would be more frequent, so they are drawn again.
  const limit = 256 - (256 % SIGNS.length)
  const signs: string[] = []
  while (signs.length < GROUPS * GROUP) {
    const [byte = limit] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < limit) signs.push(SIGNS[byte % SIGNS.length] ?? '')
  }
  return Array.from({ length: GROUPS }, (_, index) =>
    signs.slice(index * GROUP, (index + 1) * GROUP).join(''),
  ).join('-')
}
