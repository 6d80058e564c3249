/** Numbers as JSON has them, digit by digit into bytes: no text is made on the way. */

// '00' to '99', two bytes each.
const PAIRS = Uint8Array.from({ length: 200 }, (_, index) => {
  const number = index >> 1
  return 48 + (index % 2 === 0 ? Math.floor(number / 10) : number % 10)
})
const MINUS = 45
const POINT = 46
const ZERO = 48
const BILLION = 1e9

/** Below it, whole numbers are divided by 32-bit arithmetic. */
export const SMALL = 2 ** 31

/** Writes a whole number of at most 2^53 and gives the place after it. */
export function writeWhole(bytes: Uint8Array, at: number, whole: number): number {
  let start = at
  let rest = whole
  if (rest < 0) {
    bytes[start] = MINUS
    start += 1
    rest = -rest
  }
  if (rest < SMALL) {
    const end = start + countDigits(rest | 0)
    writeDigits(bytes, start, end, rest | 0)
    return end
  }
  const high = Math.floor(rest / BILLION)
  const end = writeWhole(bytes, start, high) + 9
  writeDigits(bytes, end - 9, end, (rest - high * BILLION) | 0)
  return end
}

/**
 * Writes `whole / 10^decimals` without the zeros at its end and gives the place after it. It is
 * what JSON has for the quotient, unless that is below a millionth.
 *
 * @param whole of at most {@link SMALL}
 */
export function writeDecimal(
  bytes: Uint8Array,
  at: number,
  whole: number,
  decimals: number,
): number {
  let start = at
  let rest = whole | 0
  if (rest < 0) {
    bytes[start] = MINUS
    start += 1
    rest = -rest
  }
  let left = decimals
  for (; left > 0; left -= 1) {
    const tenth = (rest / 10) | 0
    if (tenth * 10 !== rest) break
    rest = tenth
  }
  // One digit stands before the point at least. The digits are written one place too far to the
  // right; then those before the point move to where they belong.
  const digits = Math.max(left + 1, countDigits(rest))
  if (left === 0) {
    writeDigits(bytes, start, start + digits, rest)
    return start + digits
  }
  const end = start + digits + 1
  const point = end - left - 1
  writeDigits(bytes, start + 1, end, rest)
  for (let place = start; place < point; place += 1) bytes[place] = bytes[place + 1] as number
  bytes[point] = POINT
  return end
}

/** Fills the places from `start` to before `end` with the last digits of a small number. */
function writeDigits(bytes: Uint8Array, start: number, end: number, small: number): void {
  let rest = small
  let place = end
  while (place - start > 1) {
    const hundredth = (rest / 100) | 0
    const pair = (rest - hundredth * 100) << 1
    place -= 2
    bytes[place] = PAIRS[pair] as number
    bytes[place + 1] = PAIRS[pair + 1] as number
    rest = hundredth
  }
  if (place > start) bytes[start] = ZERO + (rest % 10)
}

function countDigits(small: number): number {
  if (small < 100) return small < 10 ? 1 : 2
  if (small < 10_000) return small < 1_000 ? 3 : 4
  if (small < 1_000_000) return small < 100_000 ? 5 : 6
  if (small < 100_000_000) return small < 10_000_000 ? 7 : 8
  return small < 1_000_000_000 ? 9 : 10
}
