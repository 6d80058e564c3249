import { Rejected } from '#model/error.ts'

/** One value of DER (X.690): what it is, what it holds, and both as they were written. */
export interface DerValue {
  readonly tag: number
  readonly content: Buffer
  readonly raw: Buffer
}

export const DER = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** `[0]` around one value. */
  explicit0: 0xa0,
  boolean: 0x01,
} as const

/** The values that stand one after another. @throws Rejected('invalid-input') */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const value = valueAt(bytes, at)
    values.push(value)
    at += value.raw.length
  }
  return values
}

function valueAt(bytes: Buffer, at: number): DerValue {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) throw malformed()
  // A length of its own bytes; four of them are more than any list we take in.
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) throw malformed()
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  if (start + length > bytes.length) throw malformed()
  return {
    tag,
    content: bytes.subarray(start, start + length),
    raw: bytes.subarray(at, start + length),
  }
}

const malformed = (): Rejected => new Rejected('invalid-input', 'it is not well-formed DER')
