import type { SessionView } from './session.ts'

const KEY = 'wanmi.phone.account'
/** What opens `/m` without a network, and how the names of what it keeps begin. */
export const PHONE_WORKER = { address: '/phone-worker.js', scope: '/m', caches: 'wanmi-phone-' }

type Kept = Pick<SessionView, 'accountId' | 'name' | 'roles'>

/**
 * Who used the pages for phones last in this browser: without a network nobody can be asked who is
 * signed in. No password and no token is kept, so that nothing can be asked of the service by it.
 */
export const phoneAccount = {
  keep({ accountId, name, roles }: SessionView): void {
    localStorage.setItem(KEY, JSON.stringify({ accountId, name, roles } satisfies Kept))
  },

  read(): SessionView | null {
    const text = localStorage.getItem(KEY)
    if (text === null) return null
    return {
      ...(JSON.parse(text) as Kept),
      kind: 'session',
      login: null,
      departmentId: null,
      deviceId: null,
      scope: { areas: null, networks: null, departments: null },
      passwordDue: false,
      csrf: null,
      expiresAt: null,
    }
  },

  /** Whoever has the phone next finds the sign-in, with and without a network. */
  async forget(): Promise<void> {
    localStorage.removeItem(KEY)
    // Where the address is not https, a browser has neither.
    if (!('serviceWorker' in navigator)) return
    const scope = new URL(PHONE_WORKER.scope, window.location.origin).href
    for (const worker of await navigator.serviceWorker.getRegistrations()) {
      if (worker.scope === scope) await worker.unregister()
    }
    for (const name of await caches.keys()) {
      if (name.startsWith(PHONE_WORKER.caches)) await caches.delete(name)
    }
  },
}
