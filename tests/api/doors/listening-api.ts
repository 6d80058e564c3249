import { Agent, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ApiOptions } from '#api/api-ports.ts'
import { createApi } from '#api/create-api.ts'
import { NOBODY } from '#api/people-routes.ts'
import type { Identity } from '#model/identity.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { ROLES } from '#model/role.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'

/** The token of the service, and that of an account with every role. */
export const TOKENS = { service: 'a token for tests', everything: 'token of everything' }

/** What the API is made of where nothing is asked of the database. */
export function bareOptions(
  config: Partial<ApiOptions['config']> = {},
  ports: Partial<ApiOptions> = {},
): ApiOptions {
  const identities = {
    ...NOBODY.identities,
    ofToken: (token: string) => (token.startsWith('token of ') ? identityOf(token) : undefined),
  }
  const options = {
    people: { ...NOBODY, identities, clock: systemClock },
    console: { config: readConfig({}).console, timeZone: 'UTC', version: '1', folder: null },
    token: TOKENS.service,
    readiness: () => ({ ready: true, rules: 'warm' }),
    open311: { config: { jurisdictionId: null, contact: 'Ask us.', publicUrl: null } },
    metrics: createMetrics(),
    log: silentLogger,
    ...ports,
    config: { ...readConfig({}).http, host: '127.0.0.1', port: 0, ...config },
  }
  return options as unknown as ApiOptions
}

const identityOf = (token: string): Identity => ({
  principal: { accountId: token, name: token, roles: ROLES, scope: WHOLE_CITY },
  kind: 'access-token',
  credentialId: token,
  expiresAt: null,
  passwordDue: false,
})

/** The API behind a socket, until it is closed. */
export async function listen(
  config: Partial<ApiOptions['config']>,
  ports: Partial<ApiOptions> = {},
) {
  const options = bareOptions(config, ports)
  const service = createApi(options)
  const address = await service.listen()
  const close = (): Promise<void> => service.close()
  return { service, close, address, port: Number(new URL(address).port), metrics: options.metrics }
}

/** A connection that sends what it is told to and keeps what comes back. */
export class RawConnection {
  readonly socket: Socket
  readonly closed: Promise<void>
  received = ''

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('utf8')
    this.socket.on('data', (text: string) => (this.received += text))
    this.socket.on('error', () => this.socket.destroy())
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    onTestFinished(() => void this.socket.destroy())
  }

  send(text: string): this {
    this.socket.write(text)
    return this
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One request with exactly these headers, over a connection of its own. */
export const ask = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const agent = new Agent()
    const request = httpRequest(url, { headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        agent.destroy()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    request.on('error', reject)
    request.end()
  })
