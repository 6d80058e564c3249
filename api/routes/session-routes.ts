import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf, type Identities, identityOf, originOf } from '#api/authentication.ts'
import { PasswordText } from '#api/schemas/password-text.ts'
import { SessionView, showSession } from '#api/schemas/session-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import { csrfOf, refuseOtherSites } from '#api/sign-in/cross-site.ts'
import type { OwnAddress } from '#api/sign-in/own-address.ts'
import type { SessionCookie } from '#api/sign-in/session-cookie.ts'
import { Unavailable } from '#model/error.ts'
import type { OpenedSession, Origin } from '#model/identity.ts'
import type { Accounts, GivenPasswords } from './account-routes.ts'
import { type Sessions, sessionOf } from './own-session-routes.ts'

/** Sign-in by password. It throws as the routes answer. */
export interface Passwords extends GivenPasswords {
  signIn(given: { login: string; password: string }, origin: Origin): Promise<OpenedSession>
  change(
    accountId: string,
    given: { current: string; password: string },
    origin: Origin,
  ): Promise<OpenedSession>
}

export interface SessionRouteParts {
  readonly passwords: Passwords
  readonly accounts: Pick<Accounts, 'get'>
  readonly sessions: Pick<Sessions, 'end'>
  readonly identities: Identities
  readonly cookie: SessionCookie
  readonly own: OwnAddress
  /** What the sign-in page calls the provider of OpenID Connect; null: there is none. */
  readonly oidcTitle: string | null
}

const tags = ['session']

const Ways = Type.Object({
  password: Type.Literal(true),
  oidc: nullable(
    Type.Object({
      title: Type.String(),
      address: Type.String({ description: 'Where a browser has to go; `returnTo` names a page.' }),
    }),
  ),
})

export function sessionRoutes(app: App, parts: SessionRouteParts): void {
  const { passwords, accounts, sessions, identities, cookie, own, oidcTitle } = parts
  app.addSchema(SessionView)

  const show = async (request: FastifyRequest, opened?: OpenedSession) => {
    const identity = opened ? identities.ofSession(opened.token) : identityOf(request)
    if (!identity) throw new Unavailable('database-unavailable', 'the session cannot be read back')
    const { accountId } = identity.principal
    const account = accountId === null ? null : await accounts.get(accountId)
    const token = identity.kind === 'session' ? (opened?.token ?? cookie.read(request)) : undefined
    return showSession(identity, account, token === undefined ? null : csrfOf(token))
  }

  app.get('/api/v1/session/ways', {
    schema: {
      tags,
      operationId: 'listSignInWays',
      summary: 'Tell how one can sign in',
      security: [],
      response: answers(200, Ways),
    },
    handler: async () => {
      const address = '/api/v1/session/oidc'
      const oidc = oidcTitle === null ? null : { title: oidcTitle, address }
      return Promise.resolve({ password: true as const, oidc })
    },
  })

  app.post('/api/v1/session', {
    schema: {
      tags,
      operationId: 'signIn',
      summary: 'Sign in with login name and password; the answer sets the cookie of the session',
      security: [],
      body: Type.Object(
        { login: Type.String({ minLength: 1, maxLength: 200 }), password: PasswordText },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(SessionView)),
    },
    handler: async (request, reply) => {
      refuseOtherSites(request, own)
      const opened = await passwords.signIn(request.body, originOf(request))
      cookie.set(request, reply, opened.token)
      void reply.header('cache-control', 'no-store')
      return show(request, opened)
    },
  })

  app.get('/api/v1/session', {
    config: { whilePasswordDue: true },
    schema: {
      tags,
      operationId: 'getSession',
      summary: 'Show who asks, what that lets them see, and what a change has to be sent with',
      response: answers(200, refTo(SessionView)),
    },
    handler: async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      return show(request)
    },
  })

  app.delete('/api/v1/session', {
    config: { whilePasswordDue: true, auditsItself: true },
    schema: {
      tags,
      operationId: 'signOut',
      summary: 'Sign out of this browser',
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      const { accountId, id } = sessionOf(request)
      await sessions.end(accountId, id, actorOf(request))
      cookie.clear(request, reply)
      return reply.code(204).send(null)
    },
  })

  app.post('/api/v1/session/password', {
    config: { whilePasswordDue: true, auditsItself: true },
    schema: {
      tags,
      operationId: 'changePassword',
      summary:
        "Change one's password; every other session ends, and this one goes on with a new cookie",
      body: Type.Object(
        { current: PasswordText, password: PasswordText },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(SessionView)),
    },
    handler: async (request, reply) => {
      const { accountId } = sessionOf(request)
      const opened = await passwords.change(accountId, request.body, originOf(request))
      cookie.set(request, reply, opened.token)
      void reply.header('cache-control', 'no-store')
      return show(request, opened)
    },
  })
}
