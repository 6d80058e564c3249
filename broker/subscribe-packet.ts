import type { FieldCursor } from './field-cursor.ts'

const QOS_MAX = 2

/**
 * Whether a SUBSCRIBE is one: aedes takes filters that are no UTF-8 and a packet without any
 * (MQTT-3.8.3-3).
 */
export function isSubscribe(body: FieldCursor): boolean {
  const messageId = body.uint16()
  let filters = 0
  while (body.hasMore) {
    const filter = body.text()
    if (body.byte() > QOS_MAX || filter === '') return false
    filters++
  }
  return body.isDone && messageId !== 0 && filters > 0
}

/** The same of an UNSUBSCRIBE (MQTT-3.10.3-2). */
export function isUnsubscribe(body: FieldCursor): boolean {
  const messageId = body.uint16()
  let filters = 0
  while (body.hasMore) {
    if (body.text() === '') return false
    filters++
  }
  return body.isDone && messageId !== 0 && filters > 0
}
