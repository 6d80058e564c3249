import { setTimeout as sleep } from 'node:timers/promises'
import type { LivedCity } from './lived-city.ts'

/** A page as somebody looks at it. */
export interface View {
  /** The name of its picture. */
  readonly name: string
  /** As it stands in the table of pages. */
  readonly page: string
  /** Where it is found in a city that has lived; without one it is the address of the page. */
  readonly find?: (city: LivedCity) => Promise<string>
  /** Of a phone. */
  readonly isSmall?: boolean
  /** By somebody who is not signed in. */
  readonly isOpen?: boolean
}

const RULE = 'truck-speeding'
const TWO_HOURS_MS = 7_200_000

/** Every page of the console; a test holds them against the table of pages. */
export const VIEWS: readonly View[] = [
  { name: 'sign-in', page: '/sign-in', isOpen: true },
  { name: 'situation', page: '/' },
  { name: 'cases', page: '/cases' },
  { name: 'cases-board', page: '/cases', find: async () => '/cases?view=board' },
  { name: 'case', page: '/cases/:id', find: someCase },
  { name: 'devices', page: '/devices' },
  {
    name: 'device',
    page: '/devices/:id',
    find: async (city) => `/devices/${await firstId(city, 'devices?kind=bin-sensor')}`,
  },
  { name: 'parts', page: '/parts' },
  {
    name: 'part',
    page: '/parts/:id',
    find: async (city) => `/parts/${await firstId(city, 'parts')}`,
  },
  { name: 'imports', page: '/imports' },
  { name: 'quarantine', page: '/quarantine', find: async () => '/quarantine?state=all' },
  { name: 'evaluation', page: '/evaluation', find: async () => '/evaluation?level=street' },
  {
    name: 'evaluation-cases',
    page: '/evaluation',
    find: async () => '/evaluation?show=counts&count=reports',
  },
  { name: 'charts', page: '/charts', find: someLines },
  { name: 'vehicles', page: '/vehicles', find: someTruck },
  { name: 'coverage', page: '/vehicles', find: async () => '/vehicles?view=coverage' },
  { name: 'rules', page: '/rules' },
  { name: 'rule', page: '/rules/:id', find: async () => `/rules/${RULE}` },
  { name: 'rule-tests', page: '/rules/:id', find: async () => `/rules/${RULE}?part=tests` },
  { name: 'rule-trial', page: '/rules/:id', find: someTrial },
  { name: 'settings', page: '/settings' },
  { name: 'settings-users', page: '/settings/users' },
  { name: 'settings-user', page: '/settings/users/:id', find: someUser },
  { name: 'settings-roles', page: '/settings/roles' },
  { name: 'settings-areas', page: '/settings/areas' },
  { name: 'settings-departments', page: '/settings/departments' },
  { name: 'settings-calendar', page: '/settings/calendar' },
  { name: 'settings-catalogue', page: '/settings/catalogue' },
  { name: 'settings-evaluation', page: '/settings/evaluation' },
  { name: 'settings-webhooks', page: '/settings/webhooks' },
  { name: 'settings-webhook', page: '/settings/webhooks/:id', find: someWebhook },
  { name: 'settings-audit', page: '/settings/audit' },
  { name: 'settings-health', page: '/settings/health' },
  { name: 'account', page: '/me' },
  { name: 'phone-tasks', page: '/m', isSmall: true },
  { name: 'phone-task', page: '/m/tasks/:id', find: someTask, isSmall: true },
  { name: 'phone-report', page: '/m/report', isSmall: true },
  { name: 'phone-me', page: '/m/me', isSmall: true },
]

async function someCase(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(
    '/api/v1/cases?state=closed&limit=1',
  )
  return `/cases/${items[0]?.id}`
}

async function someTask(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(
    '/api/v1/cases?state=checking&limit=1',
  )
  return `/m/tasks/${items[0]?.id}`
}

async function someUser(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>('/api/v1/accounts?limit=1')
  return `/settings/users/${items[0]?.id}`
}

/** One that nothing takes, so that there is something to see. */
async function someWebhook(city: LivedCity): Promise<string> {
  const known = await city.ask<{ items: readonly { id: string }[] }>('/api/v1/webhooks?limit=1')
  const [first] = known.items
  if (first) return `/settings/webhooks/${first.id}`
  const { id } = await city.ask<{ id: string }>('/api/v1/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: '应急局', url: 'http://127.0.0.1:9/' }),
  })
  return `/settings/webhooks/${id}`
}

async function someLines(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(
    '/api/v1/devices?kind=manhole-cover&limit=2',
  )
  const channels = ['level_mm', 'tilt_deg']
  const lines = items.flatMap(({ id }) => channels.map((channel) => `line=${id}~${channel}`))
  return `/charts?${lines.join('&')}`
}

async function someTruck(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { deviceId: string }[] }>(
    '/api/v1/vehicles?limit=1',
  )
  return `/vehicles?device=${items[0]?.deviceId}`
}

async function firstId(city: LivedCity, list: string): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(`/api/v1/${list}`)
  return items[0]?.id ?? ''
}

/** A trial of a rule on the hours the city has lived, when it is through. */
async function someTrial(city: LivedCity): Promise<string> {
  const now = Date.now()
  const rule = { ruleId: RULE }
  const [from, to] = [now - TWO_HOURS_MS, now].map((at) => new Date(at).toISOString())
  const { id } = await city.ask<{ id: string }>('/api/v1/backtests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rule, from, to }),
  })
  for (;;) {
    const { state } = await city.ask<{ state: string }>(`/api/v1/backtests/${id}`)
    if (state !== 'waiting' && state !== 'running') break
    await sleep(200)
  }
  return `/rules/${RULE}?part=backtest&trial=${id}`
}
