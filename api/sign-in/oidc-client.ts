import * as client from 'openid-client'
import { messageOf, Rejected, Unavailable } from '#model/error.ts'
import type { VouchedFor } from '#model/identity.ts'

export interface OidcClientOptions {
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client. */
  readonly clientSecret: string | null
  /** Where the provider sends browsers back to. */
  readonly redirectUrl: string
  readonly scopes: string
}

/** What is remembered between the two halves of a sign-in, so that the second is of the first. */
export interface OidcChecks {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** How long a provider may take to answer. */
const TIMEOUT_S = 10
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Sign-in with a provider of OpenID Connect: authorization code with PKCE, state and nonce; the
 * signature of the ID token is checked although it comes straight from the provider.
 */
export class OidcClient {
  readonly #options: OidcClientOptions
  readonly #issuer: URL
  #provider: Promise<client.Configuration> | undefined

  /** @throws Rejected('bad-configuration') */
  constructor(options: OidcClientOptions) {
    this.#options = options
    this.#issuer = issuerOf(options.issuer)
    if (!URL.canParse(options.redirectUrl)) {
      throw new Rejected('bad-configuration', 'OIDC_REDIRECT_URL is not an address')
    }
  }

  /** Where to send the browser, and what to remember. @throws Unavailable('provider-unreachable') */
  async start(): Promise<{ readonly url: string; readonly checks: OidcChecks }> {
    const provider = await this.#discovered()
    const verifier = client.randomPKCECodeVerifier()
    const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier }
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.#options.redirectUrl,
      scope: this.#options.scopes,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, checks }
  }

  /**
   * Whom the provider vouches for.
   *
   * @param search the query with which the browser came back
   * @throws Rejected('unauthorized') when it is not the answer to these checks, or one that refuses;
   *   Unavailable('provider-unreachable')
   */
  async finish(search: string, checks: OidcChecks): Promise<VouchedFor> {
    const provider = await this.#discovered()
    const returned = new URL(this.#options.redirectUrl)
    returned.search = search
    try {
      const tokens = await client.authorizationCodeGrant(provider, returned, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (!claims) throw new Rejected('unauthorized', 'the provider gave no ID token')
      const more = await this.#userInfo(provider, tokens.access_token, claims.sub)
      return { issuer: claims.iss, subject: claims.sub, claims: { ...more, ...claims } }
    } catch (error) {
      throw faultOf(error)
    }
  }

  async #userInfo(
    provider: client.Configuration,
    accessToken: string,
    subject: string,
  ): Promise<object> {
    if (provider.serverMetadata().userinfo_endpoint === undefined) return {}
    return client.fetchUserInfo(provider, accessToken, subject)
  }

  /** What the provider says of itself, asked for once it is needed, and again until it answers. */
  #discovered(): Promise<client.Configuration> {
    this.#provider ??= this.#discover().catch((error: unknown) => {
      this.#provider = undefined
      throw unreachable(error)
    })
    return this.#provider
  }

  #discover(): Promise<client.Configuration> {
    const { clientId, clientSecret } = this.#options
    const execute = [client.enableNonRepudiationChecks]
    if (this.#issuer.protocol === 'http:') execute.push(client.allowInsecureRequests)
    return client.discovery(
      this.#issuer,
      clientId,
      undefined,
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
      { execute, timeout: TIMEOUT_S },
    )
  }
}

function issuerOf(issuer: string): URL {
  const url = URL.parse(issuer)
  if (url?.protocol === 'https:') return url
  // What goes over plain HTTP can be read and changed on its way; on one machine it has no way.
  if (url?.protocol === 'http:' && LOOPBACK.test(url.hostname)) return url
  throw new Rejected('bad-configuration', 'OIDC_ISSUER must begin with https, but on this machine')
}

function faultOf(error: unknown): Error {
  if (error instanceof Rejected) return error
  if (isOfNetwork(error)) return unreachable(error)
  return new Rejected('unauthorized', `the provider vouches for nobody: ${reasonOf(error)}`, {
    cause: error,
  })
}

function reasonOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError) return error.error
  if (error instanceof client.ResponseBodyError) return error.error
  // What the library says first is general; what it found is below.
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
}

const NOT_AS_IT_SHOULD = ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_PARSE_ERROR']

const isOfNetwork = (error: unknown): boolean =>
  error instanceof TypeError ||
  (error instanceof client.ResponseBodyError && error.status >= 500) ||
  (error instanceof client.ClientError && NOT_AS_IT_SHOULD.includes(error.code ?? ''))

const unreachable = (error: unknown): Unavailable =>
  new Unavailable(
    'provider-unreachable',
    `the provider of OpenID Connect does not answer as it should: ${messageOf(error)}`,
    { cause: error },
  )
