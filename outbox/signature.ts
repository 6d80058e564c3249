import { createHmac, randomBytes } from 'node:crypto'
import { Broken } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Notice } from './ports.ts'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** 256 random bits, written as Standard Webhooks does: `whsec_` and base64. */
export const generateWebhookSecret = (): string =>
  PREFIX + randomBytes(SECRET_BYTES).toString('base64')

export interface Unsigned {
  readonly url: string
  /** The same for every attempt: by it the other system knows what it has. */
  readonly id: string
  readonly at: EpochMs
  readonly body: string
  readonly secrets: readonly string[]
}

/**
 * A notice with the headers that let the other system check who wrote it and when: HMAC-SHA256 over
 * `id.timestamp.body`, once with each secret that is valid now.
 *
 * @see https://www.standardwebhooks.com
 */
export function signedNotice({ url, id, at, body, secrets }: Unsigned): Notice {
  const timestamp = String(Math.floor(at / 1_000))
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`)
    return `v1,${hmac.digest('base64')}`
  })
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'Wanmi',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
  return { url, headers, body }
}

function keyOf(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) throw new Broken('internal', 'a stored secret signs nothing')
  return Buffer.from(secret.slice(PREFIX.length), 'base64')
}
