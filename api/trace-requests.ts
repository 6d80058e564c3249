import type { Span, Tracer } from '#runtime/trace/tracer.ts'
import type { App } from './app.ts'

const FAILED = 500

/** A span for each request, below that of whoever asks with a `traceparent`. */
export function traceRequests(app: App, tracer: Tracer): void {
  if (!tracer.isOn) return
  const spans = new WeakMap<object, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers
    const span = tracer.begin(request.method, {
      kind: 'server',
      parent: typeof traceparent === 'string' ? traceparent : undefined,
      attributes: { 'http.request.method': request.method, 'wanmi.request': request.id },
    })
    spans.set(request, span)
    tracer.within(span, done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)
    const route = request.routeOptions.url
    // Addresses have ids in them; their pattern has not.
    if (route !== undefined) span?.rename(`${request.method} ${route}`)
    span?.set({
      'http.response.status_code': reply.statusCode,
      ...(route === undefined ? {} : { 'http.route': route }),
    })
    span?.end(reply.statusCode >= FAILED ? new Error(`answered ${reply.statusCode}`) : undefined)
    done()
  })
}
