import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf, identityOf, principalOf } from '#api/authentication.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import {
  AccessTokenBody,
  AccessTokenView,
  NewAccessTokenView,
  showAccessToken,
} from '#api/schemas/access-token-view.ts'
import { BrowserSessionView, showBrowserSession } from '#api/schemas/session-view.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { AccessToken, BrowserSession } from '#model/identity.ts'

/** What these routes need of the store. It throws `Rejected` as the routes answer. */
export interface Sessions {
  list(accountId: string, filter: PageRequest): Promise<Page<BrowserSession>>
  end(accountId: string, id: string, actor: Actor): Promise<void>
  /** Answers how many ended. */
  endOthers(accountId: string, keptId: string | null, actor: Actor): Promise<number>
}

export interface AccessTokens {
  list(accountId: string, filter: PageRequest): Promise<Page<AccessToken>>
  add(
    accountId: string,
    token: { readonly label: string; readonly days: number | null },
    actor: Actor,
  ): Promise<AccessToken & { readonly token: string }>
  revoke(accountId: string, id: string, actor: Actor): Promise<void>
}

const tags = ['session']
const IdParams = Type.Object({ id: Uuid })
const List = Type.Object(pageParameters, { additionalProperties: false })
export const Ended = Type.Object({ ended: Type.Integer({ description: 'How many.' }) })

/** What everybody can do with the sessions and tokens of their own. */
export function ownSessionRoutes(app: App, sessions: Sessions, tokens: AccessTokens): void {
  app.addSchema(BrowserSessionView)
  app.addSchema(AccessTokenView)
  app.addSchema(NewAccessTokenView)

  app.get('/api/v1/session/browsers', {
    schema: {
      tags,
      operationId: 'listOwnSessions',
      summary: 'List the browsers in which one is signed in, the newest first',
      querystring: List,
      response: answers(200, pageOf(refTo(BrowserSessionView))),
    },
    handler: async (request) => {
      const current = identityOf(request).credentialId
      const page = await sessions.list(accountOf(request), request.query)
      return showPage(page, (session) => showBrowserSession(session, current))
    },
  })

  app.delete('/api/v1/session/browsers', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'endOtherSessions',
      summary: 'Sign out of every other browser',
      response: answers(200, Ended),
    },
    handler: async (request) => {
      const { accountId, id } = sessionOf(request)
      return { ended: await sessions.endOthers(accountId, id, actorOf(request)) }
    },
  })

  app.delete('/api/v1/session/browsers/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'endOwnSession',
      summary: 'Sign out of one browser',
      params: IdParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await sessions.end(sessionOf(request).accountId, request.params.id, actorOf(request))
      return reply.code(204).send(null)
    },
  })

  app.get('/api/v1/session/tokens', {
    schema: {
      tags,
      operationId: 'listOwnTokens',
      summary: "List one's access tokens, the newest first",
      querystring: List,
      response: answers(200, pageOf(refTo(AccessTokenView))),
    },
    handler: async (request) =>
      showPage(await tokens.list(accountOf(request), request.query), showAccessToken),
  })

  app.post('/api/v1/session/tokens', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'addOwnToken',
      summary: 'Make an access token for a program that acts as oneself',
      description: 'A token cannot make another: somebody has to be signed in.',
      body: AccessTokenBody,
      response: answers(201, refTo(NewAccessTokenView)),
    },
    handler: async (request, reply) => {
      const { accountId } = sessionOf(request)
      const made = await tokens.add(accountId, request.body, actorOf(request))
      return reply.code(201).send({ ...showAccessToken(made), token: made.token })
    },
  })

  app.delete('/api/v1/session/tokens/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'revokeOwnToken',
      summary: 'Revoke an access token of oneself',
      params: IdParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await tokens.revoke(accountOf(request), request.params.id, actorOf(request))
      return reply.code(204).send(null)
    },
  })
}

/** Whose account asks. @throws Rejected('forbidden') when it is the admin token */
function accountOf(request: FastifyRequest): string {
  const { accountId } = principalOf(request)
  if (accountId === null) throw new Rejected('forbidden', 'the admin token is no account')
  return accountId
}

/** The session that asks. @throws Rejected('forbidden') when a token asks */
export function sessionOf(request: FastifyRequest): {
  readonly accountId: string
  readonly id: string
} {
  const { kind, principal, credentialId } = identityOf(request)
  if (kind === 'session' && principal.accountId !== null && credentialId !== null) {
    return { accountId: principal.accountId, id: credentialId }
  }
  throw new Rejected('forbidden', 'only somebody who is signed in can do this, not a token')
}
