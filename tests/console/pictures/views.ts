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
  { name: 'account', page: '/me' },
]

async function someCase(city: LivedCity): Promise<string> {
  const { items } = await city.ask<{ items: readonly { id: string }[] }>(
    '/api/v1/cases?state=closed&limit=1',
  )
  return `/cases/${items[0]?.id}`
}
