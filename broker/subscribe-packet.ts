import type { FieldCursor } from './field-cursor.ts'

const QOS_MAX = 2

export interface AskedFor {
  readonly filter: string
  readonly qos: 0 | 1 | 2
}

/** What a SUBSCRIBE asks for; undefined when it is none: it must name a filter (MQTT-3.8.3-3). */
export function readSubscribe(
  body: FieldCursor,
): { readonly messageId: number; readonly asked: readonly AskedFor[] } | undefined {
  const messageId = body.uint16()
  const asked: AskedFor[] = []
  while (body.hasMore) {
    const filter = body.text()
    const qos = body.byte()
    if (qos > QOS_MAX || filter === '') return undefined
    asked.push({ filter, qos: qos as 0 | 1 | 2 })
  }
  return body.isDone && messageId !== 0 && asked.length > 0 ? { messageId, asked } : undefined
}

/** What an UNSUBSCRIBE names; undefined when it is none (MQTT-3.10.3-2). */
export function readUnsubscribe(
  body: FieldCursor,
): { readonly messageId: number; readonly filters: readonly string[] } | undefined {
  const messageId = body.uint16()
  const filters: string[] = []
  while (body.hasMore) {
    const filter = body.text()
    if (filter === '') return undefined
    filters.push(filter)
  }
  return body.isDone && messageId !== 0 && filters.length > 0 ? { messageId, filters } : undefined
}
