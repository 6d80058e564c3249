import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { casesCommand } from '#cli/cases.ts'
import { TOKEN } from '#tests/api/api-fixture.ts'
import {
  csvOf,
  type ExchangeApi,
  openExchangeApi,
  rowOf,
} from '#tests/api/exchange/exchange-fixture.ts'
import { runInProcess } from './run-in-process.ts'

let api: ExchangeApi
let address: string
let folder: string
beforeAll(async () => {
  api = await openExchangeApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'wanmi-cases-'))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

const run = (...argv: string[]) =>
  runInProcess(casesCommand(), [...argv, '--api', address, '--token', TOKEN])

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('cases come from a file and go to one, which is there when it is whole', async () => {
  const rows = Array.from({ length: 1_200 }, (_, index) => rowOf({ 任务号: `many-${index}` }))
  const path = await file('in.csv', csvOf(...rows))
  const dry = await run('import', path, '--system', 'old', '--dry-run')
  expect(dry.out).toBe(
    '1200 cases would be taken over, 0 would be brought up to date, 0 unchanged, 0 rows refused.\n',
  )
  expect(await api.count()).toBe(0)
  const taken = await run('import', path, '--system', 'old')
  expect(taken).toMatchObject({
    out: '1200 cases taken over, 0 brought up to date, 0 unchanged, 0 rows refused.\n',
    exitCode: 0,
  })
  const out = join(folder, 'out.ndjson')
  const written = await run('export', out, '--state', 'handling')
  expect(written.out).toMatch(/^.*out\.ndjson is written \(\d+ bytes\)\.\n$/)
  const lines = (await readFile(out, 'utf8')).trim().split('\n')
  expect(new Set(lines.map((line) => JSON.parse(line).taskNumber)).size).toBe(1_200)
  expect(await readdir(folder)).not.toContain('out.ndjson.part')

  const none = await run('export', '-', '--format', 'csv', '--kind', 'event')
  expect(none.out).toMatch(/^\uFEFF任务号,.*\r\n$/)
}, 30_000)

test('rows that are refused are named, and the exit code says so', async () => {
  const path = await file(
    'bad.csv',
    csvOf(rowOf({ 任务号: 'bad', 小类: '飞碟' }), rowOf({ 任务号: 'good' })),
  )
  const { out, exitCode } = await run('import', path, '--system', 'old')
  expect(out).toBe(
    'line 2  bad: 小类 公用设施 / 飞碟 is no class of a part in yuncheng\n' +
      '1 cases taken over, 0 brought up to date, 0 unchanged, 1 rows refused.\n',
  )
  expect(exitCode).toBe(1)
})

test.each([
  ['a file that is not there', ['import', '/no/such.csv', '--system', 'old'], 'cannot be read'],
  ['a name that tells no format', ['import', '/etc/hostname', '--system', 'old'], '--format'],
  ['a name that tells no format to write', ['export', '/tmp/x.xls'], '--format'],
  ['a folder that is not there', ['export', '/no/such/folder.csv'], 'cannot be written'],
  ['a state that is none', ['export', '-', '--state', 'lost'], 'lost is no state'],
  [
    'a system without a name',
    ['import', '/etc/hostname', '--format', 'csv', '--system', ' '],
    'system',
  ],
])('%s is one clear sentence', async (_name, argv, sentence) => {
  const { err, exitCode } = await run(...argv)
  expect(err).toContain(sentence)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(1)
})

test('a file that breaks off is not kept', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 1_000 })
    response.write('{}\n')
    setImmediate(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const path = join(folder, 'broken.ndjson')
  const { err, exitCode } = await runInProcess(casesCommand(), [
    'export',
    path,
    '--api',
    `http://127.0.0.1:${port}`,
    '--token',
    'x',
  ])
  server.close()
  expect(err).toContain('broke off')
  expect(exitCode).toBe(1)
  expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([])
})
