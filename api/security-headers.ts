import helmet from '@fastify/helmet'
import type { App } from './app.ts'

const SELF = ["'self'"]

/** Half a year: long enough to count, short enough for a city that gives https up again. */
const HSTS_S = 15_552_000

/**
 * What browsers may do with whatever they get from here. City networks are closed and often plain
 * HTTP: nothing comes from outside, and nothing asks for https where there is none. Maps start their
 * workers from blobs and draw pictures of them. A route that needs less says so in its answer.
 */
export async function securityHeaders(
  app: App,
  { isHttps }: { readonly isHttps: boolean },
): Promise<void> {
  // What was asked with a token is nobody else's; whatever may be kept says so itself.
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'no-store')
    return Promise.resolve()
  })
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: SELF,
        imgSrc: [...SELF, 'data:', 'blob:'],
        workerSrc: [...SELF, 'blob:'],
        childSrc: [...SELF, 'blob:'],
        objectSrc: ["'none'"],
        baseUri: SELF,
        formAction: SELF,
        frameAncestors: SELF,
      },
    },
    // Where referrers are left out altogether, browsers hide the origin of forms as well.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps ? { maxAge: HSTS_S, includeSubDomains: false } : false,
  })
}
