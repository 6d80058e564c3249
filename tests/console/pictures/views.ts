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
  { name: 'account', page: '/me' },
]

async function someCase(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(
    '/api/v1/cases?state=closed&limit=1',
  )
  return `/cases/${items[0]?.id}`
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
