import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Rejected } from '#model/error.ts'
import { type Principal, WHOLE_CITY } from '#model/principal.ts'
import type { App } from './app.ts'
import { comesAsDevice } from './device-authentication.ts'

/** Paths that tell nothing and must answer without a token. */
const OPEN = '/health/'
/** Pages for a browser, which can send a token only as the password it asks its user for. */
const BROWSED = ['/api/docs', '/api/openapi.json']

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only where anybody may. */
    principal: Principal | null
  }
}

/** Whoever holds the token of the service: sets it up, and acts on no case. */
const OPERATOR: Principal = {
  accountId: null,
  name: 'admin token',
  roles: ['administrator', 'engineer'],
  scope: WHOLE_CITY,
}

/** Who asks, on a route that lets nobody in unknown. @throws Rejected('unauthorized') */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Rejected('unauthorized', 'nobody is signed in')
  return request.principal
}

/** Lets only requests with the token through, but for `/health/*`. */
export function requireToken(app: App, token: string): void {
  const isToken = tokenCheck(token)
  app.decorateRequest('principal', null)
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0] as string
    if (path.startsWith(OPEN) || comesAsDevice(request)) return Promise.resolve()
    const browsed = BROWSED.some((page) => path === page || path.startsWith(`${page}/`))
    const given = givenToken(request, browsed)
    if (given !== undefined && isToken(given)) {
      request.principal = OPERATOR
      return Promise.resolve()
    }
    challenge(reply, browsed)
    throw new Rejected(
      'unauthorized',
      given === undefined
        ? 'the request has no bearer token: send Authorization: Bearer <token>'
        : 'the token is not the one of this service',
    )
  })
}

function givenToken(request: FastifyRequest, browsed: boolean): string | undefined {
  const [, scheme, value] = /^(\w+) +(.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (scheme?.toLowerCase() === 'bearer') return value
  if (!browsed || scheme?.toLowerCase() !== 'basic') return undefined
  const pair = Buffer.from(value ?? '', 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

const challenge = (reply: FastifyReply, browsed: boolean): void => {
  const basic = 'Basic realm="Wanmi: any name, the token as password", charset="UTF-8"'
  void reply.header('www-authenticate', browsed ? basic : 'Bearer realm="Wanmi"')
}

/** Digests have one length whatever was given, so that the comparison takes one time. */
function tokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(token)
  return (given) => timingSafeEqual(digest(given), expected)
}
