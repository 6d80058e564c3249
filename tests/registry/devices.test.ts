import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_ATTRIBUTES } from '#model/attributes.ts'
import { silentLogger } from '#runtime/logger.ts'
import { verifySecret } from '#runtime/secret.ts'
import { DeviceDirectory } from '#store/device-directory.ts'
import type { Session } from '#store/query.ts'
import { openRegistry, square, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
  await registry.grids.create(square('140802001001001', 11_099, 3_502))
})
afterAll(() => registry.close())

const PART = '1408020102000001'

test('a new device is in the directory with its defaults and its generated secret', async () => {
  const { device, secret } = await registry.devices.create({ id: 'cover-1', kind: 'manhole-cover' })
  expect(device).toMatchObject({
    id: 'cover-1',
    place: null,
    gridCode: null,
    coordinateSystem: 'wgs84',
    reportingInterval: 3_600_000,
    enabled: true,
  })
  expect(registry.directory.find('cover-1')).toMatchObject({ kind: 'manhole-cover' })
  const credential = registry.directory.credential('cover-1')
  expect(credential?.enabled).toBe(true)
  expect(await verifySecret(secret ?? '', credential?.hash ?? '')).toBe(true)
})

test('a given secret is kept and not handed back', async () => {
  const { secret } = await registry.devices.create({
    id: 'cover-2',
    kind: 'manhole-cover',
    secret: 'drain cover two',
  })
  expect(secret).toBeNull()
  const hash = registry.directory.credential('cover-2')?.hash ?? ''
  expect(await verifySecret('drain cover two', hash)).toBe(true)
})

test('a place in GCJ-02 is shifted once, and its grid is found in WGS-84', async () => {
  const { device } = await registry.devices.create({
    id: 'gcj',
    kind: 'bin-sensor',
    lon_deg: 111.0003,
    lat_deg: 35.0255,
    coordinateSystem: 'gcj02',
  })
  expect(device.place?.lon_deg).toBeCloseTo(110.9945, 2)
  expect(device.gridCode).toBe('140802001001001')
  const patched = await registry.devices.update('gcj', { label: 'moved nowhere' })
  expect(patched.place).toEqual(device.place)
  expect((await registry.devices.get('gcj')).place).toEqual(device.place)
})

test('a device that moves has no place of its own', async () => {
  const { device } = await registry.devices.create({
    id: 'truck',
    kind: 'refuse-truck',
    lon_deg: 111,
    lat_deg: 35,
  })
  expect(device.place).toBeNull()
})

test('a taken id, an unknown part and a place out of this world are refused by name', async () => {
  const create = registry.devices.create({ id: 'cover-1', kind: 'manhole-cover' })
  await expect(create).rejects.toMatchObject({ code: 'conflict' })
  await expect(
    registry.devices.create({ id: 'x', kind: 'manhole-cover', partId: PART }),
  ).rejects.toMatchObject({ detail: { errors: [{ code: 'unknown-part' }] } })
  await expect(
    registry.devices.create({ id: 'x', kind: 'manhole-cover', lon_deg: 35, lat_deg: 111 }),
  ).rejects.toMatchObject({ detail: { errors: [{ code: 'place-swapped' }] } })
  await expect(
    registry.devices.create({ id: 'x', kind: 'manhole-cover', label: 'a\0b' }),
  ).rejects.toMatchObject({ detail: { errors: [{ code: 'text-not-storable' }] } })
  expect(registry.directory.find('x')).toBeUndefined()
})

test('a patch changes what it names, null takes away, the rest stays', async () => {
  await registry.devices.create({
    id: 'patched',
    kind: 'bin-sensor',
    label: 'bin',
    group: 'east',
    lon_deg: 110.995,
    lat_deg: 35.025,
    reportingInterval_s: 60,
  })
  const after = await registry.devices.update('patched', {
    label: null,
    reportingInterval_s: null,
    enabled: false,
  })
  expect(after).toMatchObject({
    label: null,
    group: 'east',
    gridCode: '140802001001001',
    reportingInterval: 900_000,
    enabled: false,
  })
  expect(registry.directory.credential('patched')?.enabled).toBe(false)
  const moved = await registry.devices.update('patched', { lon_deg: null, lat_deg: null })
  expect(moved).toMatchObject({ place: null, gridCode: null })
  await expect(registry.devices.update('patched', { lat_deg: 3 })).rejects.toMatchObject({
    detail: { errors: [{ code: 'place-incomplete' }] },
  })
  await expect(registry.devices.update('nobody', {})).rejects.toMatchObject({ code: 'not-found' })
})

test('attributes are kept with their types, and a patch changes only those it names', async () => {
  const { device } = await registry.devices.create({
    id: 'noted',
    kind: 'pipe-gauge',
    attributes: { medium: 'sewer', dn_mm: 300, lined: false, code: '0102' },
  })
  expect(device.attributes).toEqual({ medium: 'sewer', dn_mm: 300, lined: false, code: '0102' })
  const after = await registry.devices.update('noted', {
    attributes: { dn_mm: 400.5, lined: null, constructor: 'China Water', unheard_of: null },
  })
  const expected = { medium: 'sewer', dn_mm: 400.5, code: '0102', constructor: 'China Water' }
  expect(after.attributes).toEqual(expected)
  expect((await registry.devices.update('noted', { label: 'gauge' })).attributes).toEqual(expected)
  expect(registry.directory.find('noted')?.attributes).toEqual(expected)
  const bare = await registry.devices.update('noted', { attributes: null })
  expect(bare.attributes).toEqual({})
})

test('devices without attributes share one object for it', async () => {
  await registry.devices.create({ id: 'plain-1', kind: 'bin-sensor' })
  await registry.devices.create({ id: 'plain-2', kind: 'bin-sensor', attributes: {} })
  expect(registry.directory.find('plain-1')?.attributes).toBe(NO_ATTRIBUTES)
  expect(registry.directory.find('plain-2')?.attributes).toBe(NO_ATTRIBUTES)
})

const numbered = (count: number, first = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${first + index}`, index]))

test.each([
  ['a name with a capital', { Medium: 'sewer' }, 'unknown-field'],
  ['a name that is too long', { ['a'.repeat(33)]: 1 }, 'unknown-field'],
  ['a value that is a list', { medium: ['sewer'] as never }, 'bad-value'],
  ['a text that is too long', { medium: 'x'.repeat(201) }, 'bad-value'],
  ['an endless number', { dn_mm: Infinity }, 'bad-value'],
  ['a NUL', { medium: 'a\0b' }, 'text-not-storable'],
  ['one too many', numbered(33), 'bad-value'],
])('of attributes %s is refused by name', async (_, attributes, code) => {
  await expect(
    registry.devices.create({ id: 'refused', kind: 'bin-sensor', attributes }),
  ).rejects.toMatchObject({ detail: { errors: [{ code }] } })
  expect(registry.directory.find('refused')).toBeUndefined()
})

test('a device never has more attributes than are allowed, however they come', async () => {
  await registry.devices.create({ id: 'full', kind: 'bin-sensor', attributes: numbered(30) })
  await expect(
    registry.devices.update('full', { attributes: numbered(3, 30) }),
  ).rejects.toMatchObject({ detail: { errors: [{ code: 'bad-value', field: 'attributes' }] } })
  const swapped = await registry.devices.update('full', {
    attributes: { ...numbered(3, 30), a0: null },
  })
  expect(Object.keys(swapped.attributes)).toHaveLength(32)
})

test('a new secret replaces the old one and listeners hear of it', async () => {
  await registry.devices.create({ id: 'rotated', kind: 'bin-sensor', secret: 'old one' })
  const old = registry.directory.credential('rotated')
  const heard: unknown[] = []
  const stop = registry.directory.onChange((id, before) => heard.push([id, before]))
  const secret = await registry.devices.rotateSecret('rotated', undefined)
  stop()
  expect(heard).toEqual([['rotated', old]])
  const hash = registry.directory.credential('rotated')?.hash ?? ''
  expect(await verifySecret(secret ?? '', hash)).toBe(true)
  expect(await verifySecret('old one', hash)).toBe(false)
})

test('a removed device is gone from the directory', async () => {
  await registry.devices.create({ id: 'removed', kind: 'bin-sensor' })
  await registry.devices.remove('removed')
  expect(registry.directory.find('removed')).toBeUndefined()
  expect(registry.directory.credential('removed')).toBeUndefined()
  await expect(registry.devices.remove('removed')).rejects.toMatchObject({ code: 'not-found' })
})

test('the directory knows the part under a device and follows its changes', async () => {
  await registry.parts.create({
    id: PART,
    name: '雨水井盖',
    owningDepartment: '市政公司',
    lon_deg: 110.995,
    lat_deg: 35.025,
  })
  await registry.devices.create({ id: 'on-part', kind: 'manhole-cover', partId: PART })
  expect(registry.directory.part(PART)).toMatchObject({
    department: '市政公司',
    gridCode: '140802001001001',
  })
  await registry.parts.update(PART, { maintainingDepartment: '养护一队' })
  expect(registry.directory.part(PART)?.department).toBe('养护一队')
  await expect(registry.parts.remove(PART)).rejects.toMatchObject({ code: 'conflict' })
})

test('of many changes at once the directory ends with what the database holds', async () => {
  await registry.devices.create({ id: 'busy', kind: 'bin-sensor' })
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      registry.devices.update('busy', { label: `label ${index}` }),
    ),
  )
  const stored = await registry.devices.get('busy')
  expect(registry.directory.find('busy')?.label).toBe(stored.label)
})

test('a directory opened later holds the same devices', async () => {
  const again = await DeviceDirectory.open(registry.pool, silentLogger)
  expect(again.size).toBe(registry.directory.size)
  expect(again.find('gcj')).toEqual(registry.directory.find('gcj'))
  again.close()
})

test('lists filter by kind, group and box', async () => {
  const page = await registry.devices.list({ limit: 100, kind: 'refuse-truck' })
  expect(page).toMatchObject({ items: [{ id: 'truck' }], next: null })
  const inBox = await registry.devices.list({ limit: 100, bbox: [110.9, 35, 111.1, 35.1] })
  expect(inBox.items.map((device) => device.id)).toEqual(['gcj'])
  await expect(registry.devices.list({ limit: 1, after: 'what' })).rejects.toMatchObject({
    code: 'invalid-input',
  })
})

test('a directory that could not read a change catches up when the database answers', async () => {
  let down = false
  const session = {
    query: (text: string, values: unknown[]) =>
      down ? Promise.reject(new Error('connection refused')) : registry.pool.query(text, values),
  } as unknown as Session
  const directory = await DeviceDirectory.open(session, silentLogger)
  const { device } = await registry.devices.create({ id: 'late', kind: 'bin-sensor' })
  down = true
  await directory.refresh(['late'])
  expect(directory.find('late')).toBeUndefined()
  down = false
  const heard = new Promise((resolve) => {
    directory.onChange(resolve)
  })
  expect(await heard).toBe('late')
  expect(directory.find('late')?.kind).toBe(device.kind)
  directory.close()
})
