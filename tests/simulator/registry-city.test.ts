import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs, minutes } from '#model/time.ts'
import { cityFromRegistry } from '#simulator/registry/city-from-registry.ts'
import { ensureSecrets } from '#simulator/registry/ensure-secrets.ts'
import { nearestStretch } from '#simulator/registry/nearest-stretch.ts'
import { registryCity } from '#simulator/registry/registry-city.ts'
import { planRun } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import { buildCity, type City } from '#simulator/world/city.ts'
import { along, distance_m } from '#simulator/world/local-plane.ts'
import { stretchEnd } from '#simulator/world/street-plan.ts'
import { createWorld } from '#simulator/world/world.ts'
import { type FakeRequest, FakeService } from './fake-service.ts'
import { scenarioWith } from './simulated-run.ts'

const scenario = scenarioWith({ city: { seed: '7', from: 'registry' }, duration: '2m' })
const built = buildCity({ seed: '7', devices: 120, unwatched: 0.2 })

/** What the service tells of a city that was registered. */
const told = (city: City) => ({
  devices: city.devices.map(({ id, kind, label, group, spot, part }) => ({
    id,
    kind,
    label,
    group,
    partId: part?.id ?? null,
    place: spot?.place ?? null,
    address: spot?.address ?? null,
    gridCode: spot?.gridCode ?? null,
    coordinateSystem: 'wgs84',
    enabled: true,
    reportingInterval_s: 60,
  })),
  parts: city.parts.map(({ lon_deg = 0, lat_deg = 0, ...part }) => ({
    ...part,
    place: { lon_deg, lat_deg },
    note: null,
    createdAt: 'then',
    updatedAt: 'then',
  })),
  grids: city.grids,
})

type Told = { readonly [What in 'devices' | 'parts' | 'grids']: readonly unknown[] }

/** Lists what it is told, fifty a page. */
const serviceOf = (lists: Told): Promise<FakeService> =>
  FakeService.open(({ method, path }: FakeRequest) => {
    if (method === 'POST') return { body: { id: 'x', secret: `new ${path.split('/')[4]}` } }
    const url = new URL(path, 'http://x')
    const items = lists[url.pathname.split('/').at(-1) as keyof Told]
    const from = Number(url.searchParams.get('after') ?? 0)
    const next = from + 50 < items.length ? `${from + 50}` : null
    return { body: { items: items.slice(from, from + 50), next } }
  })

const cityOf = async (lists: Told, changes: Parameters<typeof scenarioWith>[0] = {}) => {
  await using service = await serviceOf(lists)
  const address = { url: service.url, token: 't' }
  return await cityFromRegistry(address, { ...scenario, ...scenarioWith(changes) })
}

describe('a city from the registry', () => {
  test('has the devices at their own places, parts and streets, and knows their secrets', async () => {
    const city = await cityOf(told(built), { city: { seed: '7' } })
    expect(city.devices).toHaveLength(120)
    expect(city.grids).toEqual(built.grids)
    for (const device of built.devices) {
      const found = city.devices.find(({ id }) => id === device.id)
      const { kind, medium, part, secret } = device
      expect(found).toMatchObject({ kind, medium, part, secret })
      expect(found?.spot?.place).toEqual(device.spot?.place)
      // Around the same middle and by the same seed the streets are the same.
      expect(found?.spot?.street).toBe(device.spot?.street)
      expect(found?.spot?.gridCode).toBe(device.spot?.gridCode)
      if (device.spot) expect(found?.spot?.share).toBeCloseTo(device.spot.share, 3)
    }
    expect(city.unwatched).toEqual([])
  })

  test('has parts without a device when the scenario wants some', async () => {
    const city = await cityOf(told(built), { fleet: { devices: 1, unwatched: 0.1 } })
    const count = (kind: string): number =>
      city.unwatched.filter((standing) => standing.kind === kind).length
    expect([count('manhole-cover'), count('bin-sensor')]).toEqual([6, 3])
    const known = new Set(built.unwatched.map(({ part }) => part?.id))
    expect(city.unwatched.every(({ part }) => known.has(part?.id))).toBe(true)
    expect(city.unwatched.every(({ spot }) => spot !== null)).toBe(true)
  })

  test('is the same city from its records, which are plain data', async () => {
    const city = await cityOf(told(built))
    const again = registryCity(structuredClone(city.records))
    expect(again.devices).toEqual(city.devices)
    expect(again.plan.across).toEqual(city.plan.across)
  })

  test('runs: everybody measures, fixed or moving', async () => {
    const city = await cityOf(told(built))
    const order = { scenario, startedAt: epochMs(Date.UTC(2026, 10, 23)), duration: minutes(2) }
    const plan = planRun(order, city)
    const heard = new Set([...emissions(createWorld(plan), WHOLE)].map(({ device }) => device.id))
    expect(heard.size).toBe(120)
  })

  test('lies around what is there, wherever that is; what is far away stands at the edge', async () => {
    const device = (n: number, lon_deg: number, lat_deg: number) => ({
      id: `cover-${n}`,
      kind: 'manhole-cover',
      label: null,
      group: null,
      partId: null,
      place: { lon_deg, lat_deg },
      address: null,
      gridCode: null,
      coordinateSystem: 'wgs84',
      enabled: true,
    })
    const devices = Array.from({ length: 100 }, (_, n) =>
      device(n, 121.47 + (n % 10) * 0.001, 31.23 + Math.floor(n / 10) * 0.001),
    )
    const city = await cityOf({
      devices: [...devices, device(100, -8.66, 52.6)],
      parts: [],
      grids: [],
    })
    for (const { spot } of city.devices.slice(0, 100)) {
      if (!spot) throw new Error('it stands nowhere')
      const from = city.plan.crossing(spot.stretch.from)
      const to = city.plan.crossing(stretchEnd(spot.stretch))
      const there = city.plane.toPlace(along(from, to, spot.share))
      expect(Math.abs(there.lon_deg - spot.place.lon_deg)).toBeLessThan(0.001)
      expect(Math.abs(there.lat_deg - spot.place.lat_deg)).toBeLessThan(0.001)
    }
    expect(city.devices[100]?.spot?.place).toEqual({ lon_deg: -8.66, lat_deg: 52.6 })
    expect(city.plan.across.length).toBeLessThan(60)
  })

  test('leaves out what could not report, and says why when nothing is left', async () => {
    const [cover, ...others] = told(built).devices
    const truck = told(built).devices.find(({ kind }) => kind === 'refuse-truck')
    const disabled = { ...cover, enabled: false }
    const shifted = { ...truck, id: 'shifted', coordinateSystem: 'gcj02' }
    const city = await cityOf({ ...told(built), devices: [disabled, shifted, ...others] })
    expect(city.devices).toHaveLength(119)
    expect(city.records.leftOut).toEqual({ disabled: 1, 'fixes in gcj02': 1 })
    await expect(cityOf({ ...told(built), devices: [disabled] })).rejects.toThrow(
      'the registry has no device that could report (left out: 1 disabled)',
    )
  })

  test('places what nobody has placed, always at the same spot', async () => {
    const devices = told(built).devices.map((one) => ({ ...one, place: null, partId: null }))
    const lists = { ...told(built), devices, parts: [] }
    const [one, other] = [await cityOf(lists), await cityOf(lists)]
    const fixed = one.devices.filter(({ kind }) => kind === 'manhole-cover')
    expect(fixed.length).toBeGreaterThan(0)
    expect(fixed.every(({ spot, medium }) => spot !== null && medium === 'sewage')).toBe(true)
    expect(one.devices).toEqual(other.devices)
  })
})

describe('secrets', () => {
  const foreign = {
    ...told(built),
    devices: told(built).devices.map((one, n) => ({ ...one, id: n < 3 ? `real-${n}` : one.id })),
  }

  test('that nobody knows are changed only when that is said', async () => {
    await using service = await serviceOf(foreign)
    const address = { url: service.url, token: 't' }
    const city = await cityFromRegistry(address, scenario)
    const asked = service.requests.length
    await expect(ensureSecrets(address, city, { rotate: false })).rejects.toThrow(
      /^the registry does not tell secrets, and those of 3 devices, such as real-0, are not known; --rotate-secrets/,
    )
    expect(service.requests).toHaveLength(asked)
    const ensured = await ensureSecrets(address, city, { rotate: true })
    expect(ensured.devices.slice(0, 3).map(({ secret }) => secret)).toEqual([
      'new real-0',
      'new real-1',
      'new real-2',
    ])
    expect(ensured.devices.slice(3).map(({ secret }) => secret)).toEqual(
      built.devices.slice(3).map(({ secret }) => secret),
    )
    expect(service.requests).toHaveLength(asked + 3)
    expect(ensured.records.devices.every(({ secret }) => secret !== null)).toBe(true)
  })

  test('that are all known leave the registry alone', async () => {
    const city = await cityOf(told(built))
    const nowhere = { url: 'http://127.0.0.1:1', token: 't' }
    expect(await ensureSecrets(nowhere, city, { rotate: true })).toBe(city)
  })
})

test('no stretch lies nearer than the one that is found', () => {
  const { plan } = built
  const every = plan.across.flatMap((_, row) =>
    plan.upright.flatMap((_, column) => [
      ...(column < plan.upright.length - 1
        ? [{ axis: 'across' as const, from: { column, row } }]
        : []),
      ...(row < plan.across.length - 1
        ? [{ axis: 'upright' as const, from: { column, row } }]
        : []),
    ]),
  )
  const reach = fc.double({ min: -1_100, max: 1_100, noNaN: true })
  fc.assert(
    fc.property(reach, reach, (east_m, north_m) => {
      const point = { east_m, north_m }
      const off = (stretch: (typeof every)[number], share: number): number =>
        distance_m(
          point,
          along(plan.crossing(stretch.from), plan.crossing(stretchEnd(stretch)), share),
        )
      const { stretch, share } = nearestStretch(plan, point)
      const found = off(stretch, share)
      for (const other of every) {
        for (const at of [0, 0.25, 0.5, 0.75, 1])
          expect(off(other, at)).toBeGreaterThan(found - 1e-6)
      }
    }),
    { numRuns: 50 },
  )
})
