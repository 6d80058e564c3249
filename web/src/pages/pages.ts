import {
  Cpu,
  DataAnalysis,
  MapLocation,
  SetUp,
  Tickets,
  TrendCharts,
  Van,
} from '@element-plus/icons-vue'
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
  /** Under which entry of the menu it belongs, where it has none itself. */
  readonly under?: string
  /** Who may see it; undefined: everybody who is signed in. */
  readonly roles?: readonly Role[]
  /** What stands in its address is given to it as properties. */
  readonly hasParams?: boolean
  /** Without the frame of the console: for small screens and for printing. */
  readonly isBare?: boolean
}

const CITY_STAFF = [...SUPERVISION_ROLES, ...DEPARTMENT_ROLES, 'engineer', 'administrator'] as const
const SIGNED_STAFF = [...CITY_STAFF, 'pipe-operator'] as const

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
    under: '/cases',
    roles: SIGNED_STAFF,
  },
  {
    path: '/devices',
    load: () => import('./devices/devices-page.vue'),
    menu: { title: { en: 'Devices and parts', zh: '设备与部件' }, icon: Cpu },
    roles: SIGNED_STAFF,
  },
  {
    path: '/devices/:id',
    load: () => import('./devices/device-page.vue'),
    hasParams: true,
    under: '/devices',
    roles: SIGNED_STAFF,
  },
  {
    path: '/parts',
    load: () => import('./devices/parts-page.vue'),
    under: '/devices',
    roles: CITY_STAFF,
  },
  {
    path: '/parts/:id',
    load: () => import('./devices/part-page.vue'),
    hasParams: true,
    under: '/devices',
    roles: CITY_STAFF,
  },
  {
    path: '/imports',
    load: () => import('./devices/imports-page.vue'),
    under: '/devices',
    roles: ['engineer'],
  },
  {
    path: '/quarantine',
    load: () => import('./devices/quarantine-page.vue'),
    under: '/devices',
    roles: ['engineer', 'administrator'],
  },
  {
    path: '/charts',
    load: () => import('./charts/charts-page.vue'),
    menu: { title: { en: 'Charts', zh: '曲线分析' }, icon: TrendCharts },
    roles: SIGNED_STAFF,
  },
  {
    path: '/vehicles',
    load: () => import('./vehicles/vehicles-page.vue'),
    menu: { title: { en: 'Vehicles and terminals', zh: '车辆与终端' }, icon: Van },
    roles: CITY_STAFF,
  },
  {
    path: '/rules',
    load: () => import('./rules/rules-page.vue'),
    menu: { title: { en: 'Rules', zh: '规则' }, icon: SetUp },
    roles: ['engineer', 'administrator'],
  },
  {
    path: '/rules/:id',
    load: () => import('./rules/rule-page.vue'),
    hasParams: true,
    under: '/rules',
    roles: ['engineer', 'administrator'],
  },
  {
    path: '/evaluation',
    load: () => import('./evaluation/evaluation-page.vue'),
    menu: { title: { en: 'Evaluation', zh: '综合评价' }, icon: DataAnalysis },
    roles: CITY_STAFF,
  },
  ...SETTINGS_PAGES,
  { path: '/me', load: () => import('./me/me-page.vue') },
  ...PHONE_PAGES,
]
