import { createRouter, createWebHistory } from 'vue-router'
import { session } from '#web/src/session/session.ts'
import { PAGES } from './pages/pages.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Opens without a network too. */
    readonly isOfPhone?: boolean
    /** Without being signed in. */
    readonly isOpen?: boolean
    /** Without the frame of the console. */
    readonly isBare?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/sign-in',
      component: () => import('./session/sign-in-page.vue'),
      meta: { isOpen: true, isBare: true },
    },
    ...PAGES.map(({ path, load, isBare = false, hasParams = false }) => ({
      path,
      component: load,
      meta: { isBare, isOfPhone: /^\/m(?:\/|$)/.test(path) },
      props: hasParams,
    })),
    { path: '/:rest(.*)*', component: () => import('./layout/no-such-page.vue') },
  ],
})

let isKnown = false

router.beforeEach(async (to) => {
  if (!isKnown) {
    await session.load().catch((error: unknown) => {
      console.warn(error)
      if (to.meta.isOfPhone === true) session.recall()
    })
    isKnown = true
  }
  const { view } = session.state
  const isOpen = to.meta.isOpen === true
  if (isOpen) return view !== null && !view.passwordDue ? '/' : true
  if (view === null || view.passwordDue) {
    return { path: '/sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  }
  return true
})
