import { setTimeout as sleep } from 'node:timers/promises'
import { ERROR_CODES, type ErrorCode, messageOf, Rejected, Unavailable } from '#model/error.ts'

/** Longer than the window in which the service counts requests. */
const WAIT_MAX_S = 15
const ASKED_MAX = 20

/** Where the HTTP API of a running Wanmi is, and the token it takes. */
export interface ServiceAddress {
  readonly url: string
  readonly token: string
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From `/api/v1` on. */
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  readonly signal?: AbortSignal
}

/**
 * Asks the service and returns its answer, decoded from JSON.
 *
 * @throws Rejected with the service's own words and code when it refuses; `detail.problem` is its
 *   whole answer.
 * @throws Unavailable('service-unreachable') when nothing answers, 'not-ready' for 502 to 504.
 */
export async function askService(
  address: ServiceAddress,
  request: ServiceRequest,
): Promise<unknown> {
  const { method, path, body, contentType = 'application/json', signal } = request
  const response = await patiently(new URL(path, address.url), {
    method,
    headers: {
      authorization: `Bearer ${address.token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw unreachable(address.url, error)
  })
  const text = await response.text()
  if (response.ok) return text === '' ? null : decoded(text, address.url)
  throw refusal(response.status, text, new URL(path, address.url))
}

/**
 * Asks the service for a file of any length.
 *
 * @throws as {@link askService} does; reading what it returns throws when the file breaks off
 */
export async function askFile(address: ServiceAddress, path: string): Promise<ReadableStream> {
  const response = await patiently(new URL(path, address.url), {
    headers: { authorization: `Bearer ${address.token}` },
  }).catch((error: unknown) => {
    throw unreachable(address.url, error)
  })
  if (response.ok && response.body) return response.body
  throw refusal(response.status, await response.text(), new URL(path, address.url))
}

/** Told to come later because it asks too often, it does; a wait as long as a lock it leaves to people. */
async function patiently(url: URL, init: RequestInit): Promise<Response> {
  for (let asked = 1; ; asked++) {
    const response = await fetch(url, init)
    const told = response.headers.get('retry-after')
    const wait_s = told === null ? Number.NaN : Number(told)
    const waits = response.status === 429 && wait_s <= WAIT_MAX_S && asked < ASKED_MAX
    if (!waits) return response
    await response.body?.cancel()
    await sleep(wait_s * 1_000, undefined, init.signal ? { signal: init.signal } : {})
  }
}

function unreachable(url: string, error: unknown): Error {
  // fetch says no more than "fetch failed"; the reason is below.
  const cause = error instanceof Error && error.cause ? error.cause : error
  if (error instanceof Error && error.name === 'AbortError') return error
  const message = `Wanmi does not answer at ${url}: ${messageOf(cause)}`
  return new Unavailable('service-unreachable', message, { cause: error })
}

function decoded(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Unavailable('service-unreachable', `what answers at ${url} is not Wanmi`, { cause })
  }
}

function refusal(status: number, text: string, asked: URL): Error {
  const path = asked.pathname
  // RFC 9457. What is no JSON object is the page of a proxy, and not worth showing.
  const problem = /^\s*\{/.test(text) ? (decoded(text, asked.origin) as Problem) : {}
  const words = problem.detail ?? problem.title ?? `it answered ${status}`
  const options = { detail: { status, path, problem } }
  if (status >= 502 && status <= 504) return new Unavailable('not-ready', words, options)
  if (status === 401) {
    return new Rejected('unauthorized', `the service does not take the token: ${words}`, options)
  }
  if (status === 404) return new Rejected('not-found', words, options)
  return new Rejected(knownCode(problem.code), `the service refuses ${path}: ${words}`, options)
}

interface Problem {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
}

const knownCode = (code: string | undefined): ErrorCode =>
  code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : 'invalid-input'
