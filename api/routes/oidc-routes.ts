import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { originOf } from '#api/authentication.ts'
import { answers } from '#api/schemas/shared.ts'
import type { OidcClient } from '#api/sign-in/oidc-client.ts'
import type { OwnAddress } from '#api/sign-in/own-address.ts'
import { PENDING_SPAN, PendingSignIns } from '#api/sign-in/pending-sign-ins.ts'
import type { SessionCookie } from '#api/sign-in/session-cookie.ts'
import { Rejected } from '#model/error.ts'
import type { OpenedSession, Origin, VouchedFor } from '#model/identity.ts'
import type { Clock } from '#runtime/clock.ts'

/** Who lets those in whom a provider vouches for. */
export interface OidcSignIn {
  signIn(person: VouchedFor, origin: Origin): Promise<OpenedSession>
  /** The provider vouched for nobody. */
  failed(why: string, origin: Origin): Promise<void>
}

export interface OidcRouteParts {
  /** Null: there is no provider. */
  readonly client: Pick<OidcClient, 'start' | 'finish'> | null
  readonly signIn: OidcSignIn
  readonly cookie: SessionCookie
  readonly own: OwnAddress
  readonly clock: Clock
}

const tags = ['session']
const PATH = '/api/v1/session/oidc'
const COOKIE = 'wanmi_oidc'

/** A page of ours: an address that begins with one slash leads nowhere else. */
const PAGE_PATTERN = '^/(?![/\\\\])[^\\\\\\s]*$'

export function oidcRoutes(app: App, parts: OidcRouteParts): void {
  const { client, signIn, cookie, own, clock } = parts
  const pending = new PendingSignIns(clock)
  const optionsFor = (request: FastifyRequest) =>
    ({
      path: PATH,
      httpOnly: true,
      sameSite: 'lax',
      secure: own.isSecure(request),
      maxAge: PENDING_SPAN / 1_000,
    }) as const
  const provider = () => {
    if (client) return client
    throw new Rejected(
      'not-found',
      'there is no provider of OpenID Connect: OIDC_ISSUER is not set',
    )
  }

  app.get(PATH, {
    schema: {
      tags,
      operationId: 'beginOidcSignIn',
      summary: 'Send a browser to the provider of OpenID Connect to sign in',
      security: [],
      querystring: Type.Object(
        {
          returnTo: Type.String({
            pattern: PAGE_PATTERN,
            maxLength: 1_000,
            default: '/',
            description: 'The page to go to afterwards.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(302, Type.Null()),
    },
    handler: async (request, reply) => {
      const { url, checks } = await provider().start()
      const id = pending.add({ checks, returnTo: request.query.returnTo })
      void reply.setCookie(COOKIE, id, optionsFor(request)).header('cache-control', 'no-store')
      return reply.redirect(url, 302)
    },
  })

  app.get(`${PATH}/callback`, {
    schema: {
      tags,
      operationId: 'endOidcSignIn',
      summary: 'Where the provider sends a browser back to; sets the cookie of the session',
      security: [],
      response: answers(302, Type.Null()),
    },
    handler: async (request, reply) => {
      const begun = pending.take(request.cookies[COOKIE] ?? '')
      void reply.clearCookie(COOKIE, { path: PATH }).header('cache-control', 'no-store')
      if (!begun) {
        throw new Rejected(
          'unauthorized',
          'this browser began no such sign-in, or too long ago: sign in again',
        )
      }
      const search = request.url.slice(`${PATH}/callback`.length)
      const origin = originOf(request)
      const person = await provider()
        .finish(search, begun.checks)
        .catch(async (error: unknown) => {
          if (error instanceof Rejected) await signIn.failed(error.message, origin)
          throw error
        })
      const opened = await signIn.signIn(person, origin)
      cookie.set(request, reply, opened.token)
      return reply.redirect(begun.returnTo, 302)
    },
  })
}
