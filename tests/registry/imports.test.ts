import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportReport } from '#model/import-report.ts'
import { verifySecret } from '#runtime/secret.ts'
import { polygonFaults } from '#store/registry/polygon-fault.ts'
import { openRegistry, rowsOf, square, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const codesOf = (report: ImportReport) =>
  report.rows.map(({ line, reasons }) => [line, ...reasons.map(({ code }) => code)])

test('a file without fault is kept, with a secret for each device that gives none', async () => {
  const report = await registry.imports.devices(
    rowsOf([
      { id: 'a-1', kind: 'manhole-cover', label: '一号井盖' },
      { id: 'a-2', kind: 'manhole-cover', secret: 'given by hand' },
    ]),
    'whole',
  )
  expect(report).toMatchObject({ committed: true, accepted: 2, rejected: 0, rows: [] })
  expect(report.secrets.map(({ id }) => id)).toEqual(['a-1'])
  const [generated] = report.secrets
  const hash = registry.directory.credential('a-1')?.hash ?? ''
  expect(await verifySecret(generated?.secret ?? '', hash)).toBe(true)
  expect(registry.directory.find('a-1')?.label).toBe('一号井盖')
})

test('a registered device keeps its secret and what the row leaves out', async () => {
  await registry.imports.devices(
    rowsOf([{ id: 'kept', kind: 'bin-sensor', label: 'bin', group: 'east', secret: 'first one' }]),
    'whole',
  )
  const { hash } = registry.directory.credential('kept') ?? {}
  const report = await registry.imports.devices(
    rowsOf([{ id: 'kept', kind: 'bin-sensor', label: 'bin by the gate' }]),
    'whole',
  )
  expect(report.secrets).toEqual([])
  expect(registry.directory.credential('kept')?.hash).toBe(hash)
  expect(registry.directory.find('kept')).toMatchObject({ label: 'bin by the gate', group: 'east' })
  await registry.imports.devices(
    rowsOf([{ id: 'kept', kind: 'bin-sensor', secret: 'second one' }]),
    'whole',
  )
  const changed = registry.directory.credential('kept')?.hash ?? ''
  expect(await verifySecret('second one', changed)).toBe(true)
})

test('attributes of a row are set, those it leaves out stay, and none is one too many', async () => {
  const row = (id: string, attributes: object) => ({ id, kind: 'pipe-gauge', attributes })
  const full = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`a${index}`, index]))
  await registry.imports.devices(
    rowsOf([row('p-1', { medium: 'sewer', dn_mm: 300 }), row('p-2', full)]),
    'whole',
  )
  const report = await registry.imports.devices(
    rowsOf([
      row('p-1', { dn_mm: 400, owner: '市政' }),
      row('p-2', { b: 1 }),
      row('p-3', { Bad: 1, fine: [] }),
    ]),
    'partial',
  )
  expect(report).toMatchObject({ committed: true, accepted: 1, rejected: 2 })
  expect(codesOf(report)).toEqual([
    [3, 'bad-value'],
    [4, 'unknown-field', 'bad-value'],
  ])
  expect(registry.directory.find('p-1')?.attributes).toEqual({
    medium: 'sewer',
    dn_mm: 400,
    owner: '市政',
  })
})

const FAULTY = [
  { id: 'b-1', kind: 'manhole-cover' },
  { id: 'b 2', kind: 'kite', lat_deg: 35 },
  { id: 'b-1', kind: 'manhole-cover', colour: 'red' },
  { id: 'b-3', kind: 'manhole-cover', partId: '1408020102009999' },
  { kind: 'manhole-cover', lon_deg: 0, lat_deg: 0 },
  { id: 'b-4', kind: 'manhole-cover', lon_deg: 35.02, lat_deg: 110.99 },
  { id: 'a-1', kind: 'bin-sensor' },
  { id: 'b-5', kind: 'manhole-cover', label: '\ud800' },
  { id: 'b\0', kind: 'manhole-cover' },
  { id: 'b-6', kind: 'manhole-cover', lon_deg: 37_499_000, lat_deg: 3_877_000 },
]

const FAULTS = [
  [3, 'bad-value', 'unknown-kind', 'place-incomplete'],
  [4, 'unknown-field', 'duplicate'],
  [5, 'unknown-part'],
  [6, 'missing', 'place-null-island'],
  [7, 'place-swapped'],
  [8, 'kind-changed'],
  [9, 'text-not-storable'],
  [10, 'bad-value', 'text-not-storable'],
  [11, 'place-projected'],
]

test('every reason of every bad row is reported, and nothing is kept', async () => {
  const report = await registry.imports.devices(rowsOf(FAULTY), 'whole')
  expect(codesOf(report)).toEqual(FAULTS)
  expect(report).toMatchObject({ committed: false, accepted: 1, rejected: 9, secrets: [] })
  expect(registry.directory.find('b-1')).toBeUndefined()
  await expect(registry.devices.get('b-1')).rejects.toMatchObject({ code: 'not-found' })
})

test('a partial import keeps the good rows and reports the others', async () => {
  const report = await registry.imports.devices(rowsOf(FAULTY), 'partial')
  expect(codesOf(report)).toEqual(FAULTS)
  expect(report).toMatchObject({ committed: true, accepted: 1, rejected: 9 })
  expect(report.secrets.map(({ id }) => id)).toEqual(['b-1'])
  expect(registry.directory.find('b-1')).toBeDefined()
})

test('duplicates are found across batches and name the first line', async () => {
  const values = Array.from({ length: 1_200 }, (_, index) => ({
    id: `1408020102${String(index % 1_100).padStart(6, '0')}`,
    name: '井盖',
  }))
  const report = await registry.imports.parts(rowsOf(values), 'whole')
  expect(report).toMatchObject({ committed: false, accepted: 1_100, rejected: 100 })
  expect(report.rows[0]).toEqual({
    line: 1_102,
    id: '1408020102000000',
    reasons: [{ code: 'duplicate', detail: '1408020102000000 stands on line 2 already' }],
  })
})

test('a source that breaks off keeps nothing', async () => {
  async function* broken() {
    yield* rowsOf([{ id: 'broken-off', kind: 'bin-sensor' }])
    throw new Error('the sender went away')
  }
  await expect(registry.imports.devices(broken(), 'partial')).rejects.toThrow('went away')
  await expect(registry.devices.get('broken-off')).rejects.toMatchObject({ code: 'not-found' })
})

test('while one import runs a second one is told so', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let started = (): void => undefined
  const running = new Promise<void>((resolve) => {
    started = resolve
  })
  async function* slow() {
    started()
    await held
    yield* rowsOf([{ id: 'slow', kind: 'bin-sensor' }])
  }
  const first = registry.imports.devices(slow(), 'whole')
  await running
  await expect(registry.imports.parts(rowsOf([]), 'whole')).rejects.toMatchObject({
    code: 'conflict',
  })
  release()
  expect(await first).toMatchObject({ committed: true, accepted: 1 })
})

test('importing grids works out the codes of devices and parts that were there before', async () => {
  await registry.devices.create({
    id: 'g-1',
    kind: 'bin-sensor',
    lon_deg: 112.005,
    lat_deg: 36.005,
  })
  await registry.devices.create({
    id: 'g-2',
    kind: 'bin-sensor',
    lon_deg: 112.015,
    lat_deg: 36.005,
  })
  await registry.parts.create({
    id: '1408020102777777',
    name: '路灯',
    lon_deg: 112.006,
    lat_deg: 36.004,
  })
  await registry.parts.create({ id: '1408020102777778', name: '路灯', gridCode: '140802009009009' })
  const report = await registry.imports.grids(
    rowsOf([square('140802001001002', 11_200, 3_600), square('140802001001003', 11_201, 3_600)]),
    'whole',
  )
  expect(report).toMatchObject({ committed: true, accepted: 2 })
  expect(registry.directory.find('g-1')?.gridCode).toBe('140802001001002')
  expect(registry.directory.find('g-2')?.gridCode).toBe('140802001001003')
  expect((await registry.parts.get('1408020102777777')).gridCode).toBe('140802001001002')
  expect((await registry.parts.get('1408020102777778')).gridCode).toBe('140802009009009')
  expect(registry.locator.locate({ lon_deg: 112.005, lat_deg: 36.005 })?.code).toBe(
    '140802001001002',
  )

  await registry.grids.remove('140802001001002')
  expect(registry.directory.find('g-1')?.gridCode).toBeNull()
  expect(registry.locator.find('140802001001002')).toBeUndefined()

  await registry.grids.update('140802001001003', square('', 11_200, 3_600))
  expect(registry.directory.find('g-1')?.gridCode).toBe('140802001001003')
  expect(registry.directory.find('g-2')?.gridCode).toBeNull()
})

test('a refused grid import leaves the grids in use as they were', async () => {
  const before = registry.locator.locate({ lon_deg: 113.005, lat_deg: 36.005 })
  const report = await registry.imports.grids(
    rowsOf([square('140802001001004', 11_300, 3_600), { code: '12' }]),
    'whole',
  )
  expect(report.committed).toBe(false)
  expect(registry.locator.locate({ lon_deg: 113.005, lat_deg: 36.005 })).toBe(before)
})

const ring = (...points: [number, number][]) => ({ type: 'Polygon', coordinates: [points] })

test.each([
  ['an open ring', ring([110, 35], [111, 35], [111, 36], [110, 36]), 'ring-unclosed'],
  ['a bow-tie', ring([110, 35], [111, 36], [111, 35], [110, 36], [110, 35]), 'ring-crossing'],
  ['a line there and back', ring([110, 35], [111, 36], [112, 37], [110, 35]), 'ring-flat'],
  ['swapped coordinates', ring([35, 110], [36, 110], [36, 111], [35, 110]), 'place-swapped'],
  ['metres', ring([4e7, 3e6], [4e7, 3.1e6], [4.1e7, 3e6], [4e7, 3e6]), 'place-projected'],
  ['three positions', ring([110, 35], [111, 35], [110, 35]), 'bad-value'],
  ['a point', { type: 'Point', coordinates: [110, 35] }, 'bad-value'],
  ['no geometry', undefined, 'missing'],
])('a grid with %s is refused', async (_name, geometry, code) => {
  const { geometry: _square, ...named } = square('140802001001005', 0, 0)
  const value = geometry === undefined ? named : { ...named, geometry }
  expect(codesOf(await registry.imports.grids(rowsOf([value]), 'whole'))).toEqual([[2, code]])
})

test('a star-shaped ring is never called crossing, and is once two corners change places', async () => {
  const star = fc
    .array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 })
    .map((radii) => {
      const points = radii.map((radius, index) => {
        const angle = (2 * Math.PI * index) / radii.length
        return [110 + radius * Math.cos(angle), 35 + radius * Math.sin(angle)]
      })
      return [...points, points[0] as number[]]
    })
  fc.assert(
    fc.property(star, (points) => {
      expect(polygonFaults({ type: 'Polygon', coordinates: [points] })).toEqual([])
    }),
  )
  const pentagon = [0, 1, 2, 3, 4].map((index) => {
    const angle = (2 * Math.PI * index) / 5
    return [110 + Math.cos(angle), 35 + Math.sin(angle)]
  })
  const [a, b, c, d, e] = pentagon as [number[], number[], number[], number[], number[]]
  expect(polygonFaults({ type: 'Polygon', coordinates: [[a, c, b, d, e, a]] })).toMatchObject([
    { code: 'ring-crossing' },
  ])
})
