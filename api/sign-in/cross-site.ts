import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Rejected } from '#model/error.ts'
import type { OwnAddress } from './own-address.ts'

const HARMLESS = ['GET', 'HEAD', 'OPTIONS']
const HEADER = 'x-csrf-token'

/** What a page has to send with each change, so that it shows that it could read our answers. */
export const csrfOf = (sessionToken: string): string =>
  createHmac('sha256', sessionToken).update('wanmi csrf').digest('base64url')

/**
 * Refuses what the page of another site sent: browsers say where a request comes from, and no page can
 * make them say otherwise.
 *
 * @throws Rejected('cross-site')
 */
export function refuseOtherSites(request: FastifyRequest, own: OwnAddress): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Rejected('cross-site', 'the request comes from a page of another site')
  }
  if (origin !== undefined && !own.isOwn(origin, request)) {
    throw new Rejected(
      'cross-site',
      'the request comes from a page of another origin; behind a proxy set PUBLIC_URL',
    )
  }
}

/**
 * Refuses a change that rests on a cookie alone, which a browser sends whoever asks it to.
 *
 * @throws Rejected('cross-site')
 */
export function refuseForged(request: FastifyRequest, sessionToken: string, own: OwnAddress): void {
  if (HARMLESS.includes(request.method)) return
  refuseOtherSites(request, own)
  const given = Buffer.from(String(request.headers[HEADER] ?? ''))
  const expected = Buffer.from(csrfOf(sessionToken))
  if (given.length === expected.length && timingSafeEqual(given, expected)) return
  throw new Rejected(
    'cross-site',
    `a change with the cookie of a session needs its ${HEADER}: GET /api/v1/session tells it`,
  )
}
