const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const TILDE = 0x7e
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const LOWER_E = 0x65
const UPPER_E = 0x45

// Up to 15 digits a whole number is exact, and so is every power of ten up to 22: one division
// then rounds as a full parser would.
const EXACT_DIGITS = 15
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)

/** A place in JSON bytes, moved by what it reads. What is not plain is not read. */
export class ByteCursor {
  bytes: Uint8Array = new Uint8Array()
  at = 0

  /** The byte under the cursor after spaces; undefined at the end. */
  peek(): number | undefined {
    while (this.bytes[this.at] === SPACE) this.at++
    return this.bytes[this.at]
  }

  /** The next byte after spaces, taken. */
  take(): number | undefined {
    const byte = this.peek()
    this.at++
    return byte
  }

  /** Whether exactly these bytes come next; then the cursor is behind them. */
  follows(wanted: Uint8Array): boolean {
    const { bytes, at } = this
    for (let index = 0; index < wanted.length; index++) {
      if (wanted[index] !== bytes[at + index]) return false
    }
    this.at = at + wanted.length
    return true
  }

  /** Where the string under the cursor ends, the cursor behind its quote; -1 unless plain ASCII. */
  stringEnd(): number {
    const { bytes } = this
    for (let at = this.at; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.at = at + 1
        return at
      }
      if (byte === BACKSLASH || byte < SPACE || byte > TILDE) return -1
    }
    return -1
  }

  /** A number of up to 15 digits without an exponent; NaN for any other. */
  number(): number {
    const { bytes } = this
    let { at } = this
    const negative = bytes[at] === MINUS
    if (negative) at++
    const start = at
    let whole = 0
    let digit = (bytes[at] as number) - ZERO
    while (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit
      digit = (bytes[++at] as number) - ZERO
    }
    let digits = at - start
    if (digits === 0 || (digits > 1 && bytes[start] === ZERO)) return Number.NaN
    let decimals = 0
    if (bytes[at] === DOT) {
      const point = at++
      digit = (bytes[at] as number) - ZERO
      while (digit >= 0 && digit <= 9) {
        whole = whole * 10 + digit
        digit = (bytes[++at] as number) - ZERO
      }
      decimals = at - point - 1
      if (decimals === 0) return Number.NaN
      digits += decimals
    }
    const after = bytes[at]
    if (digits > EXACT_DIGITS || after === LOWER_E || after === UPPER_E) return Number.NaN
    this.at = at
    const value = decimals === 0 ? whole : whole / (POWERS[decimals] as number)
    return negative ? -value : value
  }
}
