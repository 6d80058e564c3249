import { Setting } from '@element-plus/icons-vue'
import type { Component } from 'vue'
import { DEPARTMENT_ROLES, type Role, SUPERVISION_ROLES } from '#model/role.ts'
import type { Bilingual } from '#model/text.ts'

interface SettingsPage {
  readonly path: string
  readonly title: Bilingual
  readonly load: () => Promise<Component>
  /** Who may see it, as the service has it; undefined: everybody who is signed in. */
  readonly roles?: readonly Role[]
  /** Reached from another page of the settings. */
  readonly isDetail?: boolean
}

const ADMINISTRATOR: readonly Role[] = ['administrator']
const TECHNICAL: readonly Role[] = ['engineer', 'administrator']
const CITY_STAFF: readonly Role[] = [...SUPERVISION_ROLES, ...DEPARTMENT_ROLES, ...TECHNICAL]
const STAFF: readonly Role[] = [...CITY_STAFF, 'pipe-operator']

/** The pages of the settings, in the order of their list. */
export const SETTINGS: readonly SettingsPage[] = [
  {
    path: '/settings/users',
    title: { en: 'Users', zh: '用户' },
    load: () => import('./users-page.vue'),
    roles: ADMINISTRATOR,
  },
  {
    path: '/settings/users/:id',
    title: { en: 'User', zh: '用户' },
    load: () => import('./user-page.vue'),
    roles: ADMINISTRATOR,
    isDetail: true,
  },
  {
    path: '/settings/roles',
    title: { en: 'Roles', zh: '角色' },
    load: () => import('./roles-page.vue'),
    roles: STAFF,
  },
  {
    path: '/settings/areas',
    title: { en: 'Areas and grids', zh: '区域与网格' },
    load: () => import('./areas-page.vue'),
    roles: CITY_STAFF,
  },
  {
    path: '/settings/departments',
    title: { en: 'Departments and dispatch', zh: '部门与派遣规则' },
    load: () => import('./departments-page.vue'),
    roles: CITY_STAFF,
  },
  {
    path: '/settings/calendar',
    title: { en: 'Work calendar', zh: '工作日历' },
    load: () => import('./calendar-page.vue'),
    roles: STAFF,
  },
  {
    path: '/settings/catalogue',
    title: { en: 'Catalogue and filing', zh: '分类与立案标准' },
    load: () => import('./catalogue-page.vue'),
    roles: STAFF,
  },
  {
    path: '/settings/evaluation',
    title: { en: 'Evaluation settings', zh: '评价配置' },
    load: () => import('./evaluation-settings-page.vue'),
    roles: CITY_STAFF,
  },
  {
    path: '/settings/webhooks',
    title: { en: 'Webhooks', zh: '事件订阅' },
    load: () => import('./webhooks-page.vue'),
    roles: ADMINISTRATOR,
  },
  {
    path: '/settings/webhooks/:id',
    title: { en: 'Webhook', zh: '事件订阅' },
    load: () => import('./webhook-page.vue'),
    roles: ADMINISTRATOR,
    isDetail: true,
  },
  {
    path: '/settings/audit',
    title: { en: 'Audit log', zh: '审计日志' },
    load: () => import('./audit-page.vue'),
    roles: ADMINISTRATOR,
  },
  {
    path: '/settings/health',
    title: { en: 'System health', zh: '系统健康' },
    load: () => import('./health-page.vue'),
    roles: TECHNICAL,
  },
]

export const SETTINGS_ENTRIES = SETTINGS.filter(({ isDetail }) => isDetail !== true)

/** As the console knows its pages: one entry in the menu, and each page at its own address. */
export const SETTINGS_PAGES = [
  {
    path: '/settings',
    load: () => import('./settings-page.vue'),
    menu: { title: { en: 'Settings', zh: '系统设置' }, icon: Setting },
    roles: STAFF,
  },
  ...SETTINGS.map(({ path, load, roles, isDetail = false }) => ({
    path,
    load,
    hasParams: isDetail,
    under: '/settings',
    ...(roles && { roles }),
  })),
]
