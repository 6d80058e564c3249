import type { LightMyRequestResponse } from 'fastify'
import type { TestApi } from '#tests/api/api-fixture.ts'

export const PASSWORD = 'vier graue kraniche im schilf'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Sent {
  readonly body?: object
  readonly headers?: Record<string, string>
  /** Leaves out what a page of ours would send. */
  readonly bare?: boolean
}

/** A browser: it keeps cookies, and sends with a change what the session told it to. */
export class Browser {
  readonly #app: TestApi['app']
  readonly #address: string
  readonly cookies = new Map<string, string>()
  csrf: string | undefined

  constructor(api: Pick<TestApi, 'app'>, address = '10.1.0.1') {
    this.#app = api.app
    this.#address = address
  }

  async send(method: Method, url: string, { body, headers, bare }: Sent = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const usual = bare || this.csrf === undefined ? {} : { 'x-csrf-token': this.csrf }
    const response = await this.#app.inject({
      method,
      url,
      remoteAddress: this.#address,
      ...(body === undefined ? {} : { payload: body }),
      headers: { ...(cookie && { cookie }), 'user-agent': 'test browser', ...usual, ...headers },
    })
    this.#keep(response)
    return { status: response.statusCode, headers: response.headers, body: bodyOf(response) }
  }

  async signIn(login: string, password = PASSWORD, headers: Record<string, string> = {}) {
    const answer = await this.send('POST', '/api/v1/session', {
      body: { login, password },
      headers,
    })
    if (answer.status === 200) this.csrf = answer.body.csrf
    return answer
  }

  #keep({ cookies }: LightMyRequestResponse): void {
    for (const { name, value, expires } of cookies) {
      if (expires !== undefined && expires.getTime() <= 0) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

function bodyOf({ body, headers }: LightMyRequestResponse) {
  return (headers['content-type'] ?? '').includes('json') ? JSON.parse(body) : undefined
}
