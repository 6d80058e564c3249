import createClient, { type Middleware } from 'openapi-fetch'
import { session } from '#web/src/session/session.ts'
import type { paths } from './schema.d.ts'

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * What every request has in common: a change carries the token against other sites, and when the
 * session has ended whoever sits there signs in again over the page and the request is sent once
 * more, so that nothing that was typed is lost.
 */
const credentials: Middleware = {
  async onRequest({ request }) {
    if (CHANGES.has(request.method)) await session.confirm()
    const { csrf } = session
    if (csrf !== null && CHANGES.has(request.method)) request.headers.set('x-csrf-token', csrf)
    // The body of a request that was sent cannot be read again.
    pristine.set(request, request.clone())
    return request
  },
  async onResponse({ request, response }) {
    const again = pristine.get(request)
    // A password that is wrong is no session that has ended.
    if (response.status !== 401 || !again || (await session.stands())) return response
    await session.signInAgain()
    if (session.csrf !== null && CHANGES.has(again.method)) {
      again.headers.set('x-csrf-token', session.csrf)
    }
    return fetch(again)
  },
}

const pristine = new WeakMap<Request, Request>()

/** The HTTP API of the service, typed by its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: window.location.origin })
api.use(credentials)
