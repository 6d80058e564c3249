import type { HttpSender } from '#outbox/http-sender.ts'
import { type Tracer, traced } from '#runtime/trace/tracer.ts'

type Send = HttpSender['send']

/** A span for each attempt to send a notice, and its `traceparent` for whoever takes it. */
export function traceSending(send: Send, tracer: Tracer): Send {
  if (!tracer.isOn) return send
  return (notice, signal) => {
    const attributes = { 'server.address': new URL(notice.url).host }
    return traced(tracer, 'webhook', { kind: 'client', attributes }, async (span) => {
      const { traceparent } = span
      const headers = traceparent === undefined ? {} : { traceparent }
      const answer = await send({ ...notice, headers: { ...notice.headers, ...headers } }, signal)
      if (answer.status !== null) span.set({ 'http.response.status_code': answer.status })
      return answer
    })
  }
}
