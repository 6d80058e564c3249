import type { FastifyRequest } from 'fastify'
import { Broken, Rejected } from '#model/error.ts'
import type { Principal, Scope } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { ACCESS, type Access, accessTo } from './access.ts'
import type { App } from './app.ts'
import { principalOf } from './authentication.ts'
import { comesAsDevice } from './device-authentication.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that was added, as `GET /api/v1/devices`. */
    guardedRoutes: Set<string>
  }
}

/**
 * Lets through only who may use a route, before its body is read, and opens those that anyone may use.
 * Comes after whatever tells who asks, and before all routes.
 *
 * @throws Broken when a route is added that the table of access does not name
 */
export function guardRoutes(app: App, table: Readonly<Record<string, Access>> = ACCESS): void {
  const guarded = new Map<string, Access>()
  app.decorate('guardedRoutes', new Set<string>())
  app.addHook('onRoute', (route) => {
    const { method, url } = route
    for (const each of [method].flat()) {
      const name = `${each} ${url}`
      const access = accessTo(each, url, table)
      if (access === undefined) {
        throw new Broken('internal', `the table of access does not say who may use ${name}`)
      }
      guarded.set(name, access)
      route.config = { ...route.config, open: access.who === 'anyone' }
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
    // Where devices are let in the route itself looks at their secrets.
    if (access.who === 'anyone' || comesAsDevice(request)) return Promise.resolve()
    const why = whyNot(name, access, principalOf(request))
    if (why !== undefined) throw why
    return Promise.resolve()
  })
}

/** What whoever asks may see and act on. @throws Rejected('unauthorized') when nobody is signed in */
export const scopeOf = (request: FastifyRequest): Scope => principalOf(request).scope

/** @throws Rejected('forbidden') when somebody may not use a route of the table */
export function requireAccess(route: string, principal: Principal): void {
  const why = whyNot(route, knownAccess(route), principal)
  if (why !== undefined) throw why
}

/** Whether somebody may use a route of the table. */
export const mayUse = (route: string, principal: Principal): boolean =>
  whyNot(route, knownAccess(route), principal) === undefined

function knownAccess(route: string): Access {
  const access = ACCESS[route]
  if (access === undefined) throw new Broken('internal', `the table of access has no ${route}`)
  return access
}

function whyNot(
  route: string,
  { who, within }: Access,
  { roles, scope }: Principal,
): Rejected | undefined {
  if (Array.isArray(who) && !roles.some((role) => who.includes(role))) {
    const sentence = `${route} is for ${listed(who, 'or')}; the account is ${listed(roles, 'and')}`
    return new Rejected('forbidden', sentence, { detail: { roles: who } })
  }
  if (within === 'whole-city' && !seesWholeCity(scope)) {
    const sentence = `${route} concerns the whole city; the account is bounded to a part of it`
    return new Rejected('forbidden', sentence)
  }
  return undefined
}

const listed = (roles: readonly string[], last: 'or' | 'and'): string =>
  roles.length < 2 ? roles.join() : `${roles.slice(0, -1).join(', ')} ${last} ${roles.at(-1)}`
