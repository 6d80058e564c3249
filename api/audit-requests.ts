import type { FastifyRequest } from 'fastify'
import type { AuditEntry, AuditOutcome } from '#model/audit.ts'
import { messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import type { App } from './app.ts'
import { actorOf } from './authentication.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is done is written down where it is done, with more than the request tells. */
    readonly auditsItself?: boolean
  }
}

/** Where it is written down what was done. */
export interface AuditWriter {
  write(entry: AuditEntry): Promise<void>
}

const CHANGING = ['POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Writes down each request that may change something, with who sent it and what came of it, before it
 * is answered: so nothing is forgotten, whichever route it is. Bodies are left out, they may hold
 * secrets. Requests of nobody are refused at the door and are not written down.
 */
export function auditRequests(app: App, log: AuditWriter, logger: Logger): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { url, config } = request.routeOptions
    if (!CHANGING.includes(request.method) || request.principal === null || url === undefined) {
      return payload
    }
    const outcome = outcomeOf(reply.statusCode)
    if (config?.auditsItself === true && outcome === 'done') return payload
    try {
      await log.write(entryOf(request, url, reply.statusCode))
    } catch (error) {
      // What was done is done. The answer must say so, and the service log keeps what this one lost.
      const lost = { route: url, method: request.method, account: request.principal.accountId }
      logger.error({ ...lost, reason: messageOf(error) }, 'a request is not in the audit log')
    }
    return payload
  })
}

function entryOf(request: FastifyRequest, url: string, status: number): AuditEntry {
  const params = request.params as Readonly<Record<string, string>>
  const [, , , kind = 'service'] = url.split('/')
  const [id = null] = Object.values(params)
  return {
    actor: actorOf(request),
    action: `${request.method} ${url}`,
    object: { kind, id },
    detail: { params, status },
    outcome: outcomeOf(status),
  }
}

const outcomeOf = (status: number): AuditOutcome =>
  status < 400 ? 'done' : status < 500 ? 'refused' : 'failed'
