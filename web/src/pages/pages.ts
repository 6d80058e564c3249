import { MapLocation, Tickets } from '@element-plus/icons-vue'
import type { Component } from 'vue'
import { DEPARTMENT_ROLES, type Role, SUPERVISION_ROLES } from '#model/role.ts'
import type { Bilingual } from '#model/text.ts'
import { PHONE_PAGES } from './phone/phone-pages.ts'
import { SETTINGS_PAGES } from './settings/settings-pages.ts'

export interface Page {
  readonly path: string
  readonly load: () => Promise<Component>
  /** In the menu; a page without it is reached from others. */
  readonly menu?: { readonly title: Bilingual; readonly icon: Component }
  /** Who may see it; undefined: everybody who is signed in. */
  readonly roles?: readonly Role[]
  /** What stands in its address is given to it as properties. */
  readonly hasParams?: boolean
  /** Without the frame of the console: for small screens and for printing. */
  readonly isBare?: boolean
}

const SIGNED_STAFF = [
  ...SUPERVISION_ROLES,
  ...DEPARTMENT_ROLES,
  'pipe-operator',
  'engineer',
  'administrator',
] as const

/** Every page of the console, in the order of the menu. */
export const PAGES: readonly Page[] = [
  {
    path: '/',
    load: () => import('./situation/situation-page.vue'),
    menu: { title: { en: 'Situation', zh: '实时态势' }, icon: MapLocation },
    roles: SIGNED_STAFF,
  },
  {
    path: '/cases',
    load: () => import('./cases/cases-page.vue'),
    menu: { title: { en: 'Cases', zh: '案件' }, icon: Tickets },
    roles: SIGNED_STAFF,
  },
  {
    path: '/cases/:id',
    load: () => import('./cases/case-page.vue'),
    hasParams: true,
    roles: SIGNED_STAFF,
  },
  ...SETTINGS_PAGES,
  { path: '/me', load: () => import('./me/me-page.vue') },
  ...PHONE_PAGES,
]
