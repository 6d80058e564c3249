import type { Page } from '#web/src/pages/pages.ts'

/** For inspectors on their way, without the frame of the console. */
export const PHONE_PAGES: readonly Page[] = [
  { path: '/m', load: () => import('./tasks-page.vue'), isBare: true },
  { path: '/m/report', load: () => import('./report-page.vue'), isBare: true },
  { path: '/m/me', load: () => import('./phone-me-page.vue'), isBare: true },
  {
    path: '/m/tasks/:id',
    load: () => import('./task-page.vue'),
    isBare: true,
    hasParams: true,
  },
]
