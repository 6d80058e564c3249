import { Rejected } from '#model/error.ts'
import type { App } from './app.ts'
import { principalOf } from './authentication.ts'

/** Only an administrator of the whole city sees these at all. */
const ADMINISTERED = ['/api/v1/accounts', '/api/v1/audit', '/api/v1/webhooks']
/** Everybody who is signed in sees these; only such an administrator changes them. */
const SHOWN = ['/api/v1/departments', '/api/v1/duty-grids']

/**
 * Keeps people, the audit log and other systems to administrators of the whole city: whoever could
 * change them from within a part could see the rest too. Comes after whatever tells who asks.
 */
export function guardPeople(app: App): void {
  app.addHook('onRequest', async (request) => {
    const { url = '' } = request.routeOptions
    const isOf = (paths: readonly string[]): boolean =>
      paths.some((path) => url === path || url.startsWith(`${path}/`))
    const guarded = isOf(ADMINISTERED) || (isOf(SHOWN) && request.method !== 'GET')
    if (!guarded) return Promise.resolve()
    const { roles, scope } = principalOf(request)
    if (!roles.includes('administrator')) {
      throw new Rejected('forbidden', 'only an administrator may do this')
    }
    if (scope.areas !== null || scope.networks !== null) {
      throw new Rejected('forbidden', 'only an administrator of the whole city may do this')
    }
    return Promise.resolve()
  })
}
