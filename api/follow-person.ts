import type { FastifyRequest } from 'fastify'
import { Rejected } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import type { Role } from '#model/role.ts'
import { principalOf } from './authentication.ts'

/** Where single people were is for those who lead them, and for who looks after their terminals. */
export const FOLLOWERS: readonly Role[] = ['duty-officer', 'engineer', 'administrator']

/** Whether somebody may know where a device of a kind was: one that a person carries tells of the person. */
export const mayFollow = (request: FastifyRequest, kind: string): boolean =>
  findKind(kind)?.carried !== true ||
  principalOf(request).roles.some((role) => FOLLOWERS.includes(role))

/**
 * Where it is now is no secret: the nearest inspector is sent.
 *
 * @throws Rejected('forbidden') to those who may not know where it was
 */
export function requireFollowing(request: FastifyRequest, kind: string): void {
  if (mayFollow(request, kind)) return
  const detail = `where a person was is told to ${FOLLOWERS.join(', ')}`
  throw new Rejected('forbidden', detail, { detail: { roles: FOLLOWERS } })
}
