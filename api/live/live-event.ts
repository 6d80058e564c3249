import { Buffer } from 'node:buffer'

/** One thing to tell a viewer. */
export interface LiveEvent {
  readonly type: 'reading' | 'case'
  /** What a newer event of the same key replaces when the viewer cannot keep up. */
  readonly key: string
  /** Orders the events of one key: a late reading does not replace a newer state. */
  readonly order: readonly [number, number]
  /** As it goes over the wire, made once for all viewers. */
  readonly bytes: Buffer
}

export const liveEvent = (
  type: LiveEvent['type'],
  id: string,
  order: LiveEvent['order'],
  data: unknown,
): LiveEvent => ({ type, key: `${type}/${id}`, order, bytes: frame(type, data) })

/** A server-sent event with one JSON document. */
export const frame = (name: string, data: unknown): Buffer =>
  Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)

export const isNewer = (a: LiveEvent, b: LiveEvent): boolean =>
  a.order[0] > b.order[0] || (a.order[0] === b.order[0] && a.order[1] >= b.order[1])
