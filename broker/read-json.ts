import type { Reason } from '#model/rejection.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON value a payload carries, or why it carries none. */
export function readJson(payload: Uint8Array): { readonly value: unknown } | Reason {
  let text: string
  try {
    text = utf8.decode(payload)
  } catch {
    return { code: 'not-utf8' }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { code: 'not-json' }
  }
}
