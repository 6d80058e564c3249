/** The kinds of control packet a client may send, as the upper four bits of the first byte. */
export const CONNECT = 1
export const PUBLISH = 3
export const PUBACK = 4
export const PUBREC = 5
export const PUBREL = 6
export const PUBCOMP = 7
export const SUBSCRIBE = 8
export const UNSUBSCRIBE = 10
export const PINGREQ = 12
export const DISCONNECT = 14

/** Why a CONNECT is turned away (MQTT 3.1.1, table 3.1). */
export const CONNACK_CODES = {
  version: 1,
  identifier: 2,
  unavailable: 3,
  credentials: 4,
  unauthorized: 5,
} as const
export type ConnackCode = (typeof CONNACK_CODES)[keyof typeof CONNACK_CODES]

/** Lower four bits of the first byte and length of the body, where the standard fixes them. */
const HEADERS: ReadonlyMap<number, { readonly flags: number; readonly length?: number }> = new Map([
  [PUBACK, { flags: 0, length: 2 }],
  [PUBREC, { flags: 0, length: 2 }],
  [PUBREL, { flags: 2, length: 2 }],
  [PUBCOMP, { flags: 0, length: 2 }],
  [SUBSCRIBE, { flags: 2 }],
  [UNSUBSCRIBE, { flags: 2 }],
  [PINGREQ, { flags: 0, length: 0 }],
  [DISCONNECT, { flags: 0, length: 0 }],
])

// MQTT 3.1 has it in SUBSCRIBE, UNSUBSCRIBE and PUBREL too, when they are sent again.
const DUP = 0x08

/** Whether a client that was let in may send such a packet other than a PUBLISH. */
export function isSoundHeader(
  first: number,
  length: number,
  request: { readonly version: 3 | 4 } | undefined,
): boolean {
  const header = HEADERS.get(first >> 4)
  const ignored = request?.version === 3 && header?.flags === 2 ? DUP : 0
  if (!header || (first & 0x0f & ~ignored) !== header.flags) return false
  return header.length === undefined || header.length === length
}
