import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf, identityOf } from '#api/authentication.ts'
import { pageOf, pageParameters, showPage } from '#api/paging.ts'
import {
  AccessTokenBody,
  AccessTokenView,
  NewAccessTokenView,
  showAccessToken,
} from '#api/schemas/access-token-view.ts'
import { BrowserSessionView, showBrowserSession } from '#api/schemas/session-view.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { type AccessTokens, Ended, type Sessions } from './own-session-routes.ts'

const tags = ['people']
const Params = Type.Object({ id: Uuid })
const TokenParams = Type.Object({ id: Uuid, tokenId: Uuid })
const List = Type.Object(pageParameters, { additionalProperties: false })

/** What an administrator does with the sessions and tokens of others. */
export function accountSessionRoutes(app: App, sessions: Sessions, tokens: AccessTokens): void {
  app.get('/api/v1/accounts/:id/sessions', {
    schema: {
      tags,
      operationId: 'listSessions',
      summary: 'List the browsers in which an account is signed in, the newest first',
      params: Params,
      querystring: List,
      response: answers(200, pageOf(refTo(BrowserSessionView))),
    },
    handler: async (request) => {
      const current = identityOf(request).credentialId
      const page = await sessions.list(request.params.id, request.query)
      return showPage(page, (session) => showBrowserSession(session, current))
    },
  })

  app.delete('/api/v1/accounts/:id/sessions', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'endSessions',
      summary: 'Sign an account out of every browser',
      params: Params,
      response: answers(200, Ended),
    },
    handler: async (request) => ({
      ended: await sessions.endOthers(request.params.id, null, actorOf(request)),
    }),
  })

  app.get('/api/v1/accounts/:id/tokens', {
    schema: {
      tags,
      operationId: 'listTokens',
      summary: 'List the access tokens of an account, the newest first',
      params: Params,
      querystring: List,
      response: answers(200, pageOf(refTo(AccessTokenView))),
    },
    handler: async ({ params, query }) =>
      showPage(await tokens.list(params.id, query), showAccessToken),
  })

  app.post('/api/v1/accounts/:id/tokens', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'addToken',
      summary: 'Make an access token for a program that acts as an account',
      params: Params,
      body: AccessTokenBody,
      response: answers(201, refTo(NewAccessTokenView)),
    },
    handler: async (request, reply) => {
      const made = await tokens.add(request.params.id, request.body, actorOf(request))
      return reply.code(201).send({ ...showAccessToken(made), token: made.token })
    },
  })

  app.delete('/api/v1/accounts/:id/tokens/:tokenId', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'revokeToken',
      summary: 'Revoke an access token of an account',
      params: TokenParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      const { id, tokenId } = request.params
      await tokens.revoke(id, tokenId, actorOf(request))
      return reply.code(204).send(null)
    },
  })
}
