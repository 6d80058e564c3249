import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { messageOf } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import type { Answer, Notice } from './ports.ts'
import { guardedLookup, type TargetPolicy, targetFault } from './target.ts'

/** Of what the other system answers, so much is kept to tell why. */
const TEXT_MAX_BYTES = 300

export interface SenderOptions extends TargetPolicy {
  /** For the whole of an attempt, from resolving the name to the end of the answer. */
  readonly timeout: DurationMs
}

/**
 * Posts notices. Not by `fetch`, which resolves names by itself: here the address that was checked is
 * the one that is connected to. A redirect is an answer like any other and is not followed.
 */
export class HttpSender {
  readonly #options: SenderOptions
  readonly #http = new HttpAgent({ keepAlive: true })
  readonly #https = new HttpsAgent({ keepAlive: true })

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Never fails: what goes wrong is in the answer. */
  async send(notice: Notice, stopped: AbortSignal): Promise<Answer> {
    const fault = targetFault(notice.url, this.#options)
    if (fault !== undefined) return noAnswer(fault)
    const { timeout } = this.#options
    const late = AbortSignal.timeout(timeout)
    try {
      return await this.#post(notice, AbortSignal.any([late, stopped]))
    } catch (error) {
      return noAnswer(late.aborted ? `no answer within ${timeout} ms` : reasonOf(error))
    }
  }

  /** Ends the connections that are kept for the next notice. */
  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #post({ url, headers, body }: Notice, signal: AbortSignal): Promise<Answer> {
    const target = new URL(url)
    const isHttps = target.protocol === 'https:'
    const options = {
      method: 'POST',
      agent: isHttps ? this.#https : this.#http,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: guardedLookup(this.#options),
      signal,
    }
    return new Promise((resolve, reject) => {
      const request = (isHttps ? requestHttps : requestHttp)(target, options, (response) => {
        // From here on the status is known, and what breaks later changes nothing.
        resolve(readStart(response).then((text) => answerOf(response, text)))
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}

const noAnswer = (text: string): Answer => ({ status: null, text, retryAfter: null })

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, text: string): Answer => ({
  status: statusCode,
  text,
  retryAfter: headers['retry-after'] ?? null,
})

/** The first bytes of a body; the connection is given up when there are more. */
async function readStart(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part)
      size += part.length
      if (size >= TEXT_MAX_BYTES) break
    }
  } catch (error) {
    return `${textOf(parts)} (${messageOf(error)})`.trim()
  }
  return textOf(parts)
}

/** As one line that can be stored and shown. */
const textOf = (parts: readonly Buffer[]): string =>
  Buffer.concat(parts)
    .subarray(0, TEXT_MAX_BYTES)
    .toString()
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()

/** A name with several addresses fails once for each of them. */
function reasonOf(error: unknown): string {
  const all = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error]
  return [...new Set(all.map(messageOf))].join('; ') || 'the connection failed'
}
