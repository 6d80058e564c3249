import type { FastifyRequest } from 'fastify'
import type { Metrics } from '#runtime/metrics.ts'
import type { App } from './app.ts'

/**
 * Cuts off whoever takes too long to send a body that is read as a whole. Bodies that are files are
 * taken as they come, and given up by their readers when nothing more does.
 */
export function cutSlowBodies(app: App, timeoutMs: number, metrics: Metrics): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>()
  const arrived = async (request: FastifyRequest): Promise<void> => {
    clearTimeout(timers.get(request))
    return Promise.resolve()
  }
  app.addHook('preParsing', async (request, _reply, payload) => {
    const cut = (): void => {
      metrics.httpConnectionsRefused.inc({ reason: 'slow-body' })
      request.raw.destroy()
    }
    if (request.method !== 'GET') timers.set(request, setTimeout(cut, timeoutMs).unref())
    return Promise.resolve(payload)
  })
  app.addHook('preValidation', arrived)
  app.addHook('onResponse', arrived)
  app.addHook('onRequestAbort', arrived)
}
