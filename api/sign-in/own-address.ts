import type { FastifyRequest } from 'fastify'
import { Rejected } from '#model/error.ts'

/** Where browsers find this service. */
export interface OwnAddress {
  /** Whether the browser of this request came by https. */
  isSecure(request: FastifyRequest): boolean
  /** Whether a page of this origin is one of ours. */
  isOwn(origin: string, request: FastifyRequest): boolean
  /** The stated address; null where each request shows it. */
  readonly publicUrl: URL | null
}

/** @throws Rejected('bad-configuration') */
export function ownAddress(publicUrl: string | null): OwnAddress {
  if (publicUrl !== null && !/^https?:$/.test(URL.parse(publicUrl)?.protocol ?? '')) {
    throw new Rejected('bad-configuration', 'PUBLIC_URL is not an address that begins with http')
  }
  const stated = publicUrl === null ? null : new URL(publicUrl)
  return {
    publicUrl: stated,
    isSecure: (request) => stated?.protocol === 'https:' || request.protocol === 'https',
    isOwn(origin, request) {
      if (origin === stated?.origin) return true
      // Without PUBLIC_URL the scheme is not compared: a proxy may have taken https off.
      const page = URL.parse(origin)
      return page !== null && page.host === URL.parse(`${page.protocol}//${request.host}`)?.host
    },
  }
}
