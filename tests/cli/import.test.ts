import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { importCommand } from '#cli/import.ts'
import { openTestApi, type TestApi, TOKEN } from '#tests/api/api-fixture.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import { runInProcess } from './run-in-process.ts'

let api: TestApi
let address: string
let folder: string
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'wanmi-import-'))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const run = (...argv: string[]) =>
  runInProcess(importCommand(), [...argv, '--api', address, '--token', TOKEN])

test('a CSV of devices is imported and its generated secrets are shown once', async () => {
  const path = await file('devices.csv', 'id,kind,secret\na-1,bin-sensor,\na-2,bin-sensor,mine\n')
  const first = await run('devices', path)
  expect(first.out).toMatch(
    /^2 devices imported\.\n\nGenerated secrets, shown this once:\nid,secret\na-1,[\w-]{22}\n$/,
  )
  expect(first.exitCode).toBe(0)
  expect((await run('devices', path)).out).toBe('2 devices imported.\n')
})

test('secrets can go to a file that nobody else may read', async () => {
  const path = await file('more.csv', 'id,kind\na-3,bin-sensor\n')
  const secrets = join(folder, 'secrets.csv')
  const { out } = await run('devices', path, '--secrets', secrets)
  expect(out).not.toMatch(/a-3,/)
  expect(await readFile(secrets, 'utf8')).toMatch(/^id,secret\na-3,[\w-]{22}\n$/)
  expect((await stat(secrets)).mode & 0o777).toBe(0o600)
  const nowhere = join(folder, 'no', 'such', 'folder.csv')
  const other = await file('other.csv', 'id,kind\na-4,bin-sensor\n')
  const failed = await run('devices', other, '--secrets', nowhere)
  expect(failed.out).toMatch(/a-4,[\w-]{22}/)
  expect(failed.exitCode).toBe(1)
})

test('refused rows are named by line, id and reason, and the exit code says so', async () => {
  const path = await file('bad.csv', 'id,kind,lat_deg\nb-1,bin-sensor,\nb-2,kite,35\n')
  const refused = await run('devices', path)
  expect(refused.exitCode).toBe(1)
  expect(refused.out.split('\n').slice(0, 3)).toEqual([
    'line 3  b-2: kind must be one of manhole-cover, refuse-truck, patrol-terminal, pipe-gauge, bin-sensor; A longitude without a latitude, or the reverse.',
    'Nothing was imported: 1 of 2 rows are refused.',
    'Mend them, or keep the others with --partial.',
  ])
  const partial = await run('devices', path, '--partial')
  expect(partial.exitCode).toBe(1)
  expect(partial.out).toContain('1 devices imported, 1 rows refused.')
  expect(api.registry.directory.find('b-1')).toBeDefined()
})

test('grids come from GeoJSON, and a spreadsheet from China is read in its encoding', async () => {
  const { geometry, ...properties } = square('140802001001001', 11_099, 3_502)
  const features = [{ type: 'Feature', properties, geometry }]
  const grids = await file('grids.geojson', JSON.stringify({ type: 'FeatureCollection', features }))
  expect((await run('grids', grids)).out).toBe('1 grids imported.\n')

  const gbk = Buffer.concat([
    Buffer.from('id,name\n1408020102000001,'),
    Buffer.from('beaeb8c7', 'hex'),
  ])
  const parts = await file('parts.csv', gbk)
  const wrong = await run('parts', parts)
  expect(wrong).toMatchObject({ exitCode: 1, out: '' })
  expect(wrong.err).toContain('gb18030')
  await run('parts', parts, '--encoding', 'gbk')
  expect(await api.registry.parts.get('1408020102000001')).toMatchObject({ name: '井盖' })
})

test('a workbook is told by its name and imported, and its refused rows by the number beside them', async () => {
  const book = await writeXlsxFile([
    [{ value: 'id' }, { value: 'kind' }, { value: 'secret' }],
    [{ value: 'w-1' }, { value: 'bin-sensor' }, { value: 'mine' }],
    [{ value: 'w-2' }, { value: 'kite' }],
  ]).toBuffer()
  const path = await file('devices.xlsx', book)
  const { out, exitCode } = await run('devices', path, '--partial')
  expect(out).toMatch(/^line 3 {2}w-2: kind must be one of/)
  expect(out).toContain('1 devices imported, 1 rows refused.')
  expect(exitCode).toBe(1)
  expect(api.registry.directory.find('w-1')).toBeDefined()
})

test('a file larger than the limit is refused with the words of the service', async () => {
  const path = await file('large.csv', `id,name\n${'1408020102000001,x\n'.repeat(100_000)}`)
  const { err, exitCode } = await run('parts', path)
  expect(err).toBe('the file is larger than 1000000 bytes\n')
  expect(exitCode).toBe(1)
})

test.each([
  ['a file that is not there', ['devices', '/no/such/file.csv'], 'cannot be read'],
  ['a folder', ['devices', tmpdir(), '--format', 'csv'], 'cannot be read'],
  ['a name that tells no format', ['devices', '/etc/hostname'], '--format'],
  ['a header that does not fit', ['devices', 'HEADER'], "unknown column 'colour'"],
])('%s is one clear sentence', async (_name, argv, sentence) => {
  const path = await file('header.csv', 'id,kind,colour\n')
  const { err, exitCode } = await run(...argv.map((arg) => (arg === 'HEADER' ? path : arg)))
  expect(err).toContain(sentence)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(1)
})

test('a wrong token and a service that is not running are each one clear sentence', async () => {
  const path = await file('one.csv', 'id,kind\nz,bin-sensor\n')
  const wrong = await runInProcess(importCommand(), [
    'devices',
    path,
    '--api',
    address,
    '--token',
    'x',
  ])
  expect(wrong.err).toBe('the token is none of this service, or has expired or been revoked\n')
  const nobody = 'http://127.0.0.1:9'
  const gone = await runInProcess(importCommand(), [
    'devices',
    path,
    '--api',
    nobody,
    '--token',
    'x',
  ])
  expect(gone.err).toMatch(/^Wanmi does not answer at http:\/\/127\.0\.0\.1:9 \(.+\): start it/)
  expect(gone.exitCode).toBe(1)
})

test('something else that answers there is not taken for Wanmi', async () => {
  const server = createServer((request, response) => {
    request.resume()
    response.end('<html>')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const path = await file('one.csv', 'id,kind\nz,bin-sensor\n')
  const argv = ['devices', path, '--api', `http://127.0.0.1:${port}`, '--token', 'x']
  const { err } = await runInProcess(importCommand(), argv)
  expect(err).toContain('is not Wanmi')
  server.closeAllConnections()
  server.close()
})
