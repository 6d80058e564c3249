import type { ReasonCode } from '#model/rejection.ts'

// A byte order mark at the start is dropped, as RFC 8259 allows.
const utf8 = new TextDecoder('utf-8', { fatal: true })

export type Payload = { readonly value: unknown } | { readonly fault: ReasonCode }

/** The JSON value a payload carries, or why it carries none. */
export function parsePayload(bytes: Uint8Array): Payload {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { fault: 'not-utf8' }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { fault: 'not-json' }
  }
}
