import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import { query } from '#store/query.ts'
import { addAccount } from '#tests/people/accounts.ts'
import type { TestApi } from './api-fixture.ts'
import { INSPECTOR, NORTH, OCTOBER, openEvaluatedCity, SOUTH } from './evaluated-city.ts'

let city: Awaited<ReturnType<typeof openEvaluatedCity>>
let api: TestApi
beforeAll(async () => {
  city = await openEvaluatedCity()
  api = city.api
})
afterAll(() => api.close())

const get: typeof city.get = (what, headers) => city.get(what, headers)

interface Row {
  readonly key: string
  readonly title: string | null
  readonly counts: Readonly<Record<string, number>>
}

const reportsOf = (items: readonly Row[]) =>
  Object.fromEntries(items.map(({ key, counts }) => [key, counts['reports']]))

describe('a period', () => {
  test('of days begins and ends at midnight of the city', async () => {
    const { body } = await get(`area?${OCTOBER}`)
    expect([body.from, body.to]).toEqual(['2026-09-30T16:00:00.000Z', '2026-10-31T16:00:00.000Z'])
    expect(reportsOf(body.items)).toEqual({ 140802: 2, 140826: 2 })
    const later = await get('area?from=2026-10-01T00:00:00.001%2B08:00&to=2026-10-31')
    expect(reportsOf(later.body.items)).toEqual({ 140802: 1, 140826: 1 })
  })

  test('that is not named is the month that runs, up to now', async () => {
    const { body } = await get('area')
    expect(body).toMatchObject({
      from: '2026-10-31T16:00:00.000Z',
      to: '2026-11-30T16:00:00.000Z',
      until: '2026-11-23T00:00:00.000Z',
    })
    expect(reportsOf(body.items)).toEqual({ 140826: 1 })
  })

  test('that makes no sense is refused by name', async () => {
    const faults = {
      'from=2026-11-01&to=2026-10-01': 'to',
      'to=2026-10-01': 'from',
      'from=2026-02-30': 'from',
    }
    for (const [given, parameter] of Object.entries(faults)) {
      const { status, body } = await get(`area?${given}`)
      expect([given, status]).toEqual([given, 400])
      expect(body.errors).toMatchObject([{ parameter }])
    }
  })
})

test('areas are told apart as finely as asked, by the names of their grids', async () => {
  const titles = async (level: string) =>
    (await get(`area?${OCTOBER}&level=${level}`)).body.items.map(({ key, title }: Row) => [
      key,
      title,
    ])
  expect(await titles('district')).toEqual([
    ['140802', '盐湖区'],
    ['140826', '永济市'],
  ])
  expect(await titles('street')).toEqual([
    ['140802001', '中城街道'],
    ['140826001', '城西街道'],
  ])
  expect(await titles('community')).toEqual([
    ['140802001001', '中城街道 红旗社区'],
    ['140826001001', '城西街道 任阳社区'],
  ])
  expect(await titles('grid')).toEqual([
    [NORTH, '红旗社区 001'],
    [SOUTH, '任阳社区 001'],
  ])
  const { body } = await get(`area?${OCTOBER}&level=community&within=140826001`)
  expect(reportsOf(body.items)).toEqual({ 140826001001: 2 })
})

test('parked cases are told apart, and a rate without a denominator has no value', async () => {
  const { body } = await get(`area?${OCTOBER}`)
  const [north, south] = body.items
  expect(south).toMatchObject({
    counts: { due: 2, handled: 1 },
    parked: { due: 1, dueToClose: 1 },
    rates: {
      handled: { numerator: 1, denominator: 1, value: 1 },
      dispatchedOnTime: { numerator: 0, denominator: 0, value: null },
    },
  })
  expect(north.parked).toEqual({})
  expect(body.total.counts).toMatchObject({ reports: 4, due: 3, closed: 2 })
})

test('rows come by pages, the total is of all of them', async () => {
  const first = await get(`area?${OCTOBER}&limit=1`)
  const second = await get(`area?${OCTOBER}&limit=1&after=${first.body.next}`)
  const keys = [first, second].map(({ body }) => body.items.map(({ key }: Row) => key))
  expect(keys).toEqual([['140802'], ['140826']])
  expect(second.body.next).toBeNull()
  expect(second.body.total).toEqual(first.body.total)
})

describe('who is bounded', () => {
  test('to an area sees no figure and no case of another', async () => {
    const { headers } = await addAccount(api.people, ['duty-officer'], { areas: ['140826'] })
    const { body } = await get(`area?${OCTOBER}`, headers)
    expect(reportsOf(body.items)).toEqual({ 140826: 2 })
    expect([body.isBounded, body.total.counts.reports]).toEqual([true, 2])
    for (const what of ['department', 'class', 'post?post=dispatcher', 'post?post=inspector']) {
      const { body: other } = await get(
        `${what}${what.includes('?') ? '&' : '?'}${OCTOBER}`,
        headers,
      )
      expect(JSON.stringify(other)).not.toMatch(/140802|roads/)
    }
    const listed = await get(`area/cases?${OCTOBER}&count=reports&key=140802`, headers)
    expect(listed.body.items).toEqual([])
    const all = await get(`area/cases?${OCTOBER}&count=reports`, headers)
    expect(all.body.items).toHaveLength(2)
    const within = await get(`area?${OCTOBER}&within=140802`, headers)
    expect(within.body.items).toEqual([])
  })

  test('to a department sees its own row alone, whatever is above it', async () => {
    const { headers } = await addAccount(api.people, ['department-head'], { departmentId: 'water' })
    for (const withBelow of [true, false]) {
      const { body } = await get(`department?${OCTOBER}&withBelow=${withBelow}`, headers)
      expect(body.items.map(({ key }: Row) => key)).toEqual(['water'])
      expect(body.total.counts.due).toBe(2)
    }
    const { body } = await get(`department/cases?${OCTOBER}&count=due&key=bureau`, headers)
    expect(body.items.map(({ departmentId }: { departmentId: string }) => departmentId)).toEqual([
      'water',
      'water',
    ])
  })

  test('to a department sees in the row of a department what those below it have', async () => {
    const { headers } = await addAccount(api.people, ['department-head'], {
      departmentId: 'bureau',
    })
    const { body } = await get(`department?${OCTOBER}`, headers)
    const due = Object.fromEntries(body.items.map(({ key, counts }: Row) => [key, counts['due']]))
    expect(due).toEqual({ bureau: 3, roads: 1, water: 2 })
    expect(body.items[1]).toMatchObject({ parentKey: 'bureau', title: '=市政处' })
    const listed = await get(`department/cases?${OCTOBER}&count=due&key=bureau`, headers)
    expect(listed.body.items).toHaveLength(3)
  })
})

describe('the cases behind a figure', () => {
  test('are as many as were counted, without parked ones where a rate leaves them out', async () => {
    const counted = async (more: string) =>
      (await get(`area/cases?${OCTOBER}&key=140826&count=due${more}`)).body.items.map(
        ({ number }: { number: string }) => number.at(-1),
      )
    expect(await counted('')).toEqual(['4', '3'])
    expect(await counted('&parked=left-out')).toEqual(['3'])
  })

  test('are listed for a post, and for no count that it does not have', async () => {
    const found = await get(`post/cases?${OCTOBER}&post=dispatcher&count=volume&key=${INSPECTOR}`)
    expect(found.body.items).toHaveLength(1)
    const { status, body } = await get(`post/cases?${OCTOBER}&post=dispatcher&count=due`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ parameter: 'count' }])
  })
})

describe('how is evaluated', () => {
  const url = '/api/v1/evaluation/configuration'
  const changed = { ...DEFAULT_EVALUATION, due: 'filed' as const }

  test('is what ships until a city sets it, and every version can be evaluated by', async () => {
    const shipped = await api.call('GET', url)
    expect(shipped.body).toMatchObject({ version: 0, createdBy: null })
    expect(shipped.body.configuration).toEqual(DEFAULT_EVALUATION)

    const note = '按立案统计'
    const put = await api.call('PUT', url, { basedOn: 0, note, configuration: changed })
    expect(put.body).toMatchObject({ version: 1, note, createdBy: 'admin token' })
    expect((await api.call('GET', url)).body.configuration.due).toBe('filed')
    const dueBy = async (version: string) =>
      (await get(`area?${OCTOBER}${version}`)).body.total.counts.dueToClose
    expect(await dueBy('')).toBe(3)
    expect(await dueBy('&configuration=1')).toBe(3)
    const november = (await get('area?from=2026-10-04&to=2026-11-01')).body
    expect([november.configurationVersion, november.total.counts.due]).toEqual([1, 0])
    const older = (await get('area?from=2026-10-04&to=2026-11-01&configuration=0')).body
    expect([older.configurationVersion, older.total.counts.due]).toEqual([0, 3])
    expect((await get(`area?configuration=7`)).status).toBe(404)

    const again = await api.call('PUT', url, { basedOn: 0, configuration: DEFAULT_EVALUATION })
    expect(again.status).toBe(409)
    await api.call('PUT', url, { basedOn: 1, configuration: DEFAULT_EVALUATION })
    const { body } = await api.call('GET', `${url}/versions?limit=1`)
    expect(body.items).toMatchObject([{ version: 2, note: null }])
    const rest = await api.call('GET', `${url}/versions?after=${body.next}`)
    expect(rest.body).toMatchObject({ items: [{ version: 1, note }], next: null })
  })

  test('is refused with every fault of it', async () => {
    const { subjects, bands } = DEFAULT_EVALUATION
    const wrong = {
      ...DEFAULT_EVALUATION,
      subjects: {
        ...subjects,
        area: {
          rates: ['filed', 'missed', 'luck'],
          score: [{ rate: 'filed', weight: 90, complement: false }],
        },
        class: { rates: ['filed'], score: [{ rate: 'closed', weight: 100, complement: false }] },
      },
      bands: [...bands].reverse(),
    }
    const { status, body } = await api.call('PUT', url, { basedOn: 2, configuration: wrong })
    expect(status).toBe(400)
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/configuration/subjects/area/rates/1',
      '#/configuration/subjects/area/rates/2',
      '#/configuration/subjects/area/score',
      '#/configuration/subjects/class/score/0/rate',
      ...[1, 2, 3, 4].map((index) => `#/configuration/bands/${index}/from`),
      '#/configuration/bands/4/from',
    ])
    expect((await api.call('GET', url)).body.version).toBe(2)
  })

  test('is never rewritten', async () => {
    const change = query(api.registry.pool, "update evaluation_configuration set note = 'x'")
    await expect(change).rejects.toThrow()
  })
})
