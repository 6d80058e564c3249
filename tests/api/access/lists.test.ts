import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scope } from '#model/principal.ts'
import type { Caller, TestApi } from '#tests/api/api-fixture.ts'
import {
  alpha,
  beta,
  inArea,
  inNetwork,
  NOWHERE,
  openTwoDistricts,
  type Town,
} from './two-districts.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTwoDistricts()
})
afterAll(() => api.close())

type Item = Readonly<Record<string, string>>

/** Lists by pages, with what in an item tells whose it is and which of a district's it is. */
const LISTS: readonly (readonly [string, string, (of: Town) => readonly string[]])[] = [
  ['/api/v1/devices', 'id', (of) => of.devices],
  ['/api/v1/parts', 'id', (of) => of.parts],
  ['/api/v1/grids', 'code', (of) => [of.grid.code]],
  ['/api/v1/duty-grids', 'code', (of) => [of.dutyGrid, 'everywhere']],
  ['/api/v1/episodes', 'id', (of) => of.episodes],
  ['/api/v1/quarantine', 'deviceId', (of) => of.devices],
]
const OF_NETWORKS = LISTS.filter(([url]) => !/parts|grids/.test(url))

const engineerOf = (scope: Scope): Promise<Caller> => api.signIn({ roles: ['engineer'], scope })

async function pages({ call }: Pick<Caller, 'call'>, url: string) {
  const [items, cursors]: [Item[], string[]] = [[], []]
  for (let next: string | null = ''; next !== null; ) {
    const after: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`
    const { status, body } = await call('GET', `${url}?limit=1${after}`)
    expect(status).toBe(200)
    items.push(...body.items)
    next = body.next as string | null
    if (next !== null) cursors.push(next)
  }
  return { items, cursors }
}

test.each(LISTS)(
  '%s gives page by page what lies in the district and no more',
  async (url, key, of) => {
    for (const [own, other] of [
      [alpha, beta],
      [beta, alpha],
    ] as const) {
      const { items, cursors } = await pages(await engineerOf(inArea(own)), url)
      expect(items.map((item) => String(item[key])).toSorted()).toEqual([...of(own)].toSorted())
      // One page for each, and none that would tell how much more there is elsewhere.
      expect(cursors).toHaveLength(of(own).length - 1)
      expect(JSON.stringify(items)).not.toContain(other.name)
    }
  },
)

test.each(OF_NETWORKS)(
  '%s gives page by page what is in the network and no more',
  async (url, key, of) => {
    const { items } = await pages(await engineerOf(inNetwork(beta)), url)
    expect(items.map((item) => String(item[key])).toSorted()).toEqual([...of(beta)].toSorted())
  },
)

test.each(LISTS)('%s gives nothing of elsewhere for a cursor from there', async (url, key, of) => {
  const { cursors } = await pages(await engineerOf(inArea(beta)), url)
  const insider = await engineerOf(inArea(alpha))
  for (const cursor of cursors) {
    const { body } = await insider.call('GET', `${url}?after=${encodeURIComponent(cursor)}`)
    for (const item of body.items as Item[]) expect(of(alpha)).toContain(item[key])
  }
})

test('a filter that names what lies elsewhere finds nothing', async () => {
  const { call } = await engineerOf(inArea(alpha))
  const [device, part, grid] = [beta.devices[0], beta.parts[0], beta.grid.code]
  for (const url of [
    `/api/v1/devices?group=${beta.network}`,
    `/api/v1/devices?partId=${part}`,
    `/api/v1/devices?gridCode=${grid}`,
    '/api/v1/devices?bbox=112.9,35,113.1,36',
    `/api/v1/parts?gridCode=${grid}`,
    `/api/v1/episodes?deviceId=${device}`,
    `/api/v1/quarantine?deviceId=${device}`,
  ]) {
    expect((await call('GET', url)).body, url).toEqual({ items: [], next: null })
  }
  const name = encodeURIComponent(beta.grid.district)
  const districts = await call('GET', `/api/v1/grids?district=${name}&limit=5`)
  expect(districts.body.items.map(({ code }: Item) => code)).toEqual([alpha.grid.code])
  const { lon_deg, lat_deg } = beta.place
  const located = await call('GET', `/api/v1/grids/locate?lon_deg=${lon_deg}&lat_deg=${lat_deg}`)
  expect(located.body).toEqual({ grid: null })
})

test('what is in no area is seen by whom no area bounds, and by nobody else', async () => {
  const everywhere = { areas: null, networks: null, departments: null }
  const whole = await (await engineerOf(everywhere)).call('GET', '/api/v1/devices?limit=1000')
  expect(whole.body.items.map(({ id }: Item) => id)).toContain(NOWHERE)
  for (const scope of [inArea(alpha), inNetwork(alpha), { ...everywhere, areas: [] }]) {
    const { call } = await engineerOf(scope)
    const { body } = await call('GET', '/api/v1/devices?limit=1000')
    expect(body.items.map(({ id }: Item) => id)).not.toContain(NOWHERE)
    expect((await call('GET', `/api/v1/devices/${NOWHERE}`)).status).toBe(404)
  }
})

test('a street sees what a grid places in it, and not what only its district is known of', async () => {
  const { call } = await engineerOf({ ...inArea(alpha), areas: [alpha.grid.code.slice(0, 9)] })
  const { body } = await call('GET', '/api/v1/devices')
  expect(body.items.map(({ id }: Item) => id)).toEqual(alpha.devices.slice(0, 2))
})

test('lists without pages are as narrow', async () => {
  const { call } = await engineerOf(inArea(alpha))
  const takeovers = await call('GET', '/api/v1/takeovers')
  expect(takeovers.body.items.map(({ deviceId }: Item) => deviceId)).toEqual(alpha.devices)
  const trials = await call('GET', '/api/v1/backtests')
  expect(trials.body.items.map(({ id }: Item) => id)).toEqual([alpha.made.trial])
  const overrides = await call('GET', '/api/v1/rules/cover-askew/overrides')
  const keys = overrides.body.items.map(({ key }: Item) => key)
  expect(new Set(keys)).toEqual(new Set([alpha.devices[0], alpha.grid.code, alpha.network]))
})

test('readings of another network are not there in any form', async () => {
  const { call } = await api.signIn({ roles: ['pipe-operator'], scope: inNetwork(alpha) })
  for (const accept of ['application/json', 'text/csv', 'application/x-ndjson']) {
    const headers = { accept }
    const own = await call(
      'GET',
      `/api/v1/devices/${alpha.devices[0]}/readings`,
      undefined,
      headers,
    )
    expect(own.status).toBe(200)
    expect(own.text.length).toBeGreaterThan(200)
    const other = `/api/v1/devices/${beta.devices[0]}/readings`
    expect((await call('GET', other, undefined, headers)).status).toBe(404)
  }
})
