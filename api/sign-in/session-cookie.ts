import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OwnAddress } from './own-address.ts'

/**
 * The cookie of a session. No script reads it and no other site's form sends it. Over https its name
 * has `__Host-` in front, so that no neighbouring host can set one of its own (RFC 6265bis, 4.1.3.2).
 */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined
  /** It has no end of its own: the session has, and the browser may forget it when it is closed. */
  set(request: FastifyRequest, reply: FastifyReply, token: string): void
  clear(request: FastifyRequest, reply: FastifyReply): void
}

const NAME = 'wanmi_session'

export function sessionCookie(own: OwnAddress): SessionCookie {
  const nameFor = (secure: boolean): string => (secure ? `__Host-${NAME}` : NAME)
  const optionsFor = (secure: boolean) =>
    ({ path: '/', httpOnly: true, sameSite: 'lax', secure }) as const
  return {
    read: (request) => request.cookies[nameFor(own.isSecure(request))],
    set(request, reply, token) {
      const secure = own.isSecure(request)
      void reply.setCookie(nameFor(secure), token, optionsFor(secure))
    },
    clear(request, reply) {
      const secure = own.isSecure(request)
      void reply.clearCookie(nameFor(secure), optionsFor(secure))
    },
  }
}
