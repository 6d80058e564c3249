import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type InteractionResults, type JWK } from 'oidc-provider'

export interface TestUser {
  readonly sub: string
  readonly [claim: string]: unknown
}

export const CLIENT_ID = 'wanmi'
export const CLIENT_SECRET = 'a secret of the client for tests only'
export const REDIRECT_URL = 'http://127.0.0.1:8080/api/v1/session/oidc/callback'

/** A provider of OpenID Connect on this machine, in which whoever is `user` signs in by itself. */
export async function openTestProvider() {
  const state: { user: TestUser | null; isAway: boolean } = { user: null, isAway: false }
  const users = new Map<string, TestUser>()
  let provider: Provider | undefined
  const server = createServer((request, response) => {
    if (state.isAway) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('away')
      return
    }
    const handled = request.url?.startsWith('/interaction/')
      ? interact(request, response)
      : provider?.callback()(request, response)
    void Promise.resolve(handled).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URL] },
    ],
    findAccount: async (_context, sub) => ({
      accountId: sub,
      claims: async () => Promise.resolve(users.get(sub) ?? { sub }),
    }),
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'roles', 'department'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['keys for tests'] },
    jwks: { keys: [signingKey()] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
  })

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, session, params } = await (provider as Provider).interactionDetails(
      request,
      response,
    )
    const result = await answerTo(prompt.name, session?.accountId, String(params['client_id']))
    await (provider as Provider).interactionFinished(request, response, result, {
      mergeWithLastSubmission: true,
    })
  }

  async function answerTo(
    prompt: string,
    accountId: string | undefined,
    clientId: string,
  ): Promise<InteractionResults> {
    if (state.user === null) return { error: 'access_denied' }
    if (prompt === 'login') {
      users.set(state.user.sub, state.user)
      return { login: { accountId: state.user.sub } }
    }
    const grant = new (provider as Provider).Grant({ accountId: accountId as string, clientId })
    grant.addOIDCScope('openid profile email')
    return { consent: { grantId: await grant.save() } }
  }

  return {
    issuer,
    /** Who sits before the browser; null: somebody who wants nothing of it. */
    set user(user: TestUser | null) {
      state.user = user
    },
    set isAway(isAway: boolean) {
      state.isAway = isAway
    },
    /** Goes through the provider's pages as a browser does. @returns where it sends it back to */
    async visit(address: string): Promise<URL> {
      const cookies = new Map<string, string>()
      let url = new URL(address)
      while (!url.href.startsWith(REDIRECT_URL)) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
        for (const line of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          cookies.set(name, value)
        }
        const next = answer.headers.get('location')
        if (next === null)
          throw new Error(`the provider stops at ${url.href}: ${await answer.text()}`)
        url = new URL(next, url)
      }
      return url
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

export type TestProvider = Awaited<ReturnType<typeof openTestProvider>>

function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }
}
