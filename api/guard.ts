import type { FastifyRequest } from 'fastify'
import { Broken, Rejected } from '#model/error.ts'
import type { Principal, Scope } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { ACCESS, type Access, accessTo } from './access.ts'
import type { App } from './app.ts'
import { principalOf } from './authentication.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that was added, as `GET /api/v1/devices`. */
    guardedRoutes: Set<string>
  }
}

/**
 * Lets through only who may use a route, before its body is read. Comes after whatever tells who asks,
 * and before all routes.
 *
 * @throws Broken when a route is added that the table of access does not name
 */
export function guardRoutes(app: App, table: Readonly<Record<string, Access>> = ACCESS): void {
  const guarded = new Map<string, Access>()
  app.decorate('guardedRoutes', new Set<string>())
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      const name = `${each} ${url}`
      const access = accessTo(each, url, table)
      if (access === undefined) {
        throw new Broken('internal', `the table of access does not say who may use ${name}`)
      }
      guarded.set(name, access)
      app.guardedRoutes.add(name)
    }
  })
  app.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions
    // To ask for what is no route is refused by nobody and answered with that.
    if (url === undefined) return Promise.resolve()
    const name = `${request.method} ${url}`
    const access = guarded.get(name)
    if (access === undefined) throw new Broken('internal', `${name} is not guarded`)
    if (access.who !== 'anyone') refuse(name, access, principalOf(request))
    return Promise.resolve()
  })
}

/** What whoever asks may see and act on. @throws Rejected('unauthorized') when nobody is signed in */
export const scopeOf = (request: FastifyRequest): Scope => principalOf(request).scope

/** @throws Rejected('forbidden') when somebody may not use a route of the table */
export function requireAccess(route: keyof typeof ACCESS, principal: Principal): void {
  const access = ACCESS[route]
  if (access === undefined) throw new Broken('internal', `there is no route ${route}`)
  refuse(route, access, principal)
}

function refuse(name: string, { who, within }: Access, { roles, scope }: Principal): void {
  if (Array.isArray(who) && !roles.some((role) => who.includes(role))) {
    throw new Rejected(
      'forbidden',
      `${name} is for ${listed(who, 'or')}; the account is ${listed(roles, 'and')}`,
      { detail: { roles: who } },
    )
  }
  if (within === 'whole-city' && !seesWholeCity(scope)) {
    throw new Rejected(
      'forbidden',
      `${name} concerns the whole city; the account is bounded to a part of it`,
    )
  }
}

const listed = (roles: readonly string[], last: 'or' | 'and'): string =>
  roles.length < 2 ? roles.join() : `${roles.slice(0, -1).join(', ')} ${last} ${roles.at(-1)}`
