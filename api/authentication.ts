import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { Identity, Origin } from '#model/identity.ts'
import { type Principal, WHOLE_CITY } from '#model/principal.ts'
import type { App } from './app.ts'
import { comesAsDevice } from './device-authentication.ts'
import type { CountRequest } from './rate-limits.ts'
import { refuseForged } from './sign-in/cross-site.ts'
import type { OwnAddress } from './sign-in/own-address.ts'
import type { SessionCookie } from './sign-in/session-cookie.ts'

/** Pages for a browser, which can send a token only as the password it asks its user for. */
const BROWSED = ['/api/docs', '/api/openapi.json']

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only where anybody may. */
    principal: Principal | null
    /** How that is known. */
    identity: Identity | null
  }
  interface FastifyInstance {
    /** Whom the credentials of a request stand for now; null when they stand for nobody. */
    identify: (request: FastifyRequest) => Promise<Principal | null>
  }
  interface FastifyContextConfig {
    /** Anybody may ask, signed in or not: as the table of access has it. */
    readonly open?: boolean
    /** Also for whoever has to change the password first. */
    readonly whilePasswordDue?: boolean
  }
}

/** Who holds a token or a session. `isGlance`: asking does not count as using it. */
export interface Identities {
  ofToken(token: string, isGlance?: boolean): Identity | undefined
  ofSession(token: string, isGlance?: boolean): Identity | undefined
}

export interface AuthenticationOptions {
  /** The token of the service. */
  readonly token: string
  readonly identities: Identities
  readonly cookie: SessionCookie
  readonly own: OwnAddress
  /** Whether it asks for a page of the console: that is nothing but its frame, and open. */
  readonly isPage: (request: FastifyRequest) => boolean
  /** Told of every request, once it is known who asks, or that nobody does. */
  readonly count: CountRequest
}

/** Whoever holds the token of the service: sets it up, and acts on no case. */
const OPERATOR: Identity = {
  principal: {
    accountId: null,
    name: 'admin token',
    roles: ['administrator', 'engineer'],
    scope: WHOLE_CITY,
  },
  kind: 'admin-token',
  credentialId: null,
  expiresAt: null,
  passwordDue: false,
}

/** Who asks, on a route that lets nobody in unknown. @throws Rejected('unauthorized') */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Rejected('unauthorized', 'nobody is signed in')
  return request.principal
}

/** How that is known. @throws Rejected('unauthorized') */
export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new Rejected('unauthorized', 'nobody is signed in')
  return request.identity
}

/** The same, with where it comes from: for whatever writes down who did something. */
export const actorOf = (request: FastifyRequest): Actor => ({
  principal: principalOf(request),
  address: request.ip,
})

export const originOf = (request: FastifyRequest): Origin => ({
  address: request.ip,
  agent: request.headers['user-agent'] ?? null,
})

/**
 * Lets only those through who are known by a bearer token or by the cookie of a session; whoever comes
 * with both is who the token says. Only routes that are open let anybody in.
 */
export function authenticate(app: App, options: AuthenticationOptions): void {
  const { identities, cookie, own, count, isPage } = options
  const isToken = tokenCheck(options.token)
  const find = (request: FastifyRequest, isGlance: boolean): Identity | undefined => {
    const given = givenToken(request, isBrowsed(request))
    if (given !== undefined) return isToken(given) ? OPERATOR : identities.ofToken(given, isGlance)
    const shown = cookie.read(request)
    return shown === undefined ? undefined : identities.ofSession(shown, isGlance)
  }

  app.decorateRequest('principal', null)
  app.decorateRequest('identity', null)
  app.decorate('identify', async (request: FastifyRequest) =>
    Promise.resolve(find(request, true)?.principal ?? null),
  )
  app.addHook('onRequest', async (request, reply) => {
    const { config } = request.routeOptions
    if (config?.open === true || isPage(request) || comesAsDevice(request)) return count(request)
    const identity = find(request, false)
    request.identity = identity ?? null
    request.principal = identity?.principal ?? null
    await count(request)
    if (identity === undefined) throw refusal(request, reply)
    if (identity.kind === 'session') refuseForged(request, cookie.read(request) as string, own)
    if (identity.passwordDue && config?.whilePasswordDue !== true) {
      throw new Rejected(
        'password-due',
        'the password has to be changed first: POST /api/v1/session/password',
      )
    }
  })
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] as string

const isBrowsed = (request: FastifyRequest): boolean => {
  const path = pathOf(request)
  return BROWSED.some((page) => path === page || path.startsWith(`${page}/`))
}

function givenToken(request: FastifyRequest, browsed: boolean): string | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return undefined
  const [, scheme, value = ''] = /^(\w+) +(.+)$/.exec(authorization) ?? []
  if (scheme?.toLowerCase() === 'bearer') return value
  if (!browsed || scheme?.toLowerCase() !== 'basic') return ''
  const pair = Buffer.from(value, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

function refusal(request: FastifyRequest, reply: FastifyReply): Rejected {
  const browsed = isBrowsed(request)
  const basic = 'Basic realm="Wanmi: any name, the token as password", charset="UTF-8"'
  void reply.header('www-authenticate', browsed ? basic : 'Bearer realm="Wanmi"')
  const given = givenToken(request, browsed)
  return new Rejected(
    'unauthorized',
    given === undefined || given === ''
      ? 'nobody is signed in: send Authorization: Bearer <token>, or sign in'
      : 'the token is none of this service, or has expired or been revoked',
  )
}

/** Digests have one length whatever was given, so that the comparison takes one time. */
function tokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(token)
  return (given) => timingSafeEqual(digest(given), expected)
}
