import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { Rejected } from '#model/error.ts'
import { seconds } from '#model/time.ts'
import type { App } from './app.ts'

export interface RateOptions {
  /** Requests in a second from one address, by those whom nothing vouches for; 0: any. */
  readonly perAddress: number
  /** Requests in a second with one token or session; 0: any. */
  readonly perCredential: number
}

/** Counts a request. @throws Rejected('too-many-requests') */
export type CountRequest = (request: FastifyRequest) => Promise<void>

/** Who waits longer than the window has as much as before: a burst is not an attack. */
const WINDOW_S = 10
/** Senders that are remembered; the one longest silent is forgotten first. */
const SENDERS_MAX = 20_000
/** Whoever watches over the service must see it under attack as well. */
const EXEMPT = ['/health/live', '/health/ready', '/metrics']

/**
 * Whoever is known counts as that, wherever the requests come from; all others count by their address
 * (of IPv6: by its network of 64 bits). So an office behind one address is many, and guessing tokens is
 * bounded. Kept in memory: a restart forgets it.
 */
export async function rateLimits(
  app: App,
  { perAddress, perCredential }: RateOptions,
): Promise<CountRequest> {
  const timeWindow = seconds(WINDOW_S)
  await app.register(rateLimit, { global: false, cache: SENDERS_MAX, timeWindow })
  const byAddress = app.createRateLimit({ max: perAddress * WINDOW_S, timeWindow })
  const byCredential = app.createRateLimit({
    max: perCredential * WINDOW_S,
    timeWindow,
    keyGenerator: ({ identity }: FastifyRequest) => identity?.credentialId ?? 'admin token',
  })
  return async (request) => {
    if (EXEMPT.includes(request.routeOptions.url ?? '')) return
    const isKnown = request.identity !== null
    if ((isKnown ? perCredential : perAddress) === 0) return
    const counted = await (isKnown ? byCredential : byAddress)(request)
    if (counted.isAllowed || !counted.isExceeded) return
    const whose = isKnown ? 'this token or session' : 'this address'
    throw new Rejected(
      'too-many-requests',
      `${whose} asks too often: go on in ${counted.ttlInSeconds} s`,
      { detail: { retryAfter_s: counted.ttlInSeconds } },
    )
  }
}
