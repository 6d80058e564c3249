import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  askApi,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

let folder: ScratchFolder
let env: Record<string, string>
beforeEach(async () => {
  folder = await scratchFolder()
  env = {
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    MIN_FREE_DISK_MB: '0',
  }
})
afterEach(() => folder[Symbol.asyncDispose]())

/** Command lines of processes that were told of the folder. */
const processesOf = (path: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return []
      }
    })
    .filter((line) => line.includes(path))

async function stop(service: ServiceProcess): Promise<number | string> {
  service.kill('SIGTERM')
  return await service.ended
}

test('a second start finds what the first one stored, and a stop leaves no process', async () => {
  const first = spawnService(env)
  await untilReady(first)
  const device = { id: 'cover-1', kind: 'manhole-cover', label: '解放路1号井' }
  await askApi(first, '/api/v1/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(device),
  })
  expect(await stop(first)).toBe(0)
  expect(first.log.filter(({ msg }) => /connection was lost/.test(String(msg)))).toEqual([])
  expect(processesOf(folder.path)).toEqual([])

  const second = spawnService(env)
  await untilReady(second)
  expect(await askApi(second, '/api/v1/devices/cover-1')).toMatchObject(device)
  expect(await stop(second)).toBe(0)
}, 90_000)

test('without a token one is made, shown once and kept', async () => {
  const first = spawnService({ ...env, ADMIN_TOKEN: '' })
  await untilReady(first)
  const token = readFileSync(`${env['DATA_DIR']}/admin-token`, 'utf8').trim()
  expect(first.output.join('\n')).toContain(token)
  expect(statSync(`${env['DATA_DIR']}/admin-token`).mode & 0o777).toBe(0o600)
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${first.api}/api/v1/cases`, { headers })).status).toBe(200)
  expect((await fetch(`${first.api}/api/v1/cases`)).status).toBe(401)
  await stop(first)

  const second = spawnService({ ...env, ADMIN_TOKEN: '' })
  await untilReady(second)
  expect(second.output.join('\n')).not.toContain(token)
  expect((await fetch(`${second.api}/api/v1/cases`, { headers })).status).toBe(200)
  await stop(second)
}, 90_000)

describe('a start that cannot be is refused in one sentence:', () => {
  /** The one line that says why, with the exit code checked. */
  async function refusal(more: Record<string, string>): Promise<string> {
    const service = spawnService({ ...env, LOG_LEVEL: 'fatal', ...more })
    expect(await service.ended).toBe(1)
    const lines = service.log.map(({ text }) => text)
    expect(lines).toHaveLength(1)
    return String(lines[0])
  }

  async function occupied(): Promise<{ port: string; release: () => void }> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address && typeof address === 'object' ? String(address.port) : ''
    return { port, release: () => server.close() }
  }

  test.each(['HTTP_PORT', 'MQTT_PORT'])(
    '%s is in use',
    async (name) => {
      const { port, release } = await occupied()
      const database = await freshDatabase()
      const sentence = await refusal({ [name]: port, DATABASE_URL: database.url })
      release()
      await database.drop()
      expect(sentence).toContain(port)
      expect(sentence).toContain(name)
    },
    60_000,
  )

  test('the disk is almost full', async () => {
    expect(await refusal({ MIN_FREE_DISK_MB: '999999999' })).toMatch(/free/)
  }, 60_000)

  test('the data directory is a file', async () => {
    await writeFile(`${folder.path}/file`, '')
    expect(await refusal({ DATA_DIR: `${folder.path}/file` })).toContain(`${folder.path}/file`)
  }, 60_000)

  test('the database in the data directory is broken', async () => {
    const cluster = `${env['DATA_DIR']}/database/cluster`
    await mkdir(cluster, { recursive: true })
    await writeFile(`${cluster}/PG_VERSION`, '9.6\n')
    expect(await refusal({})).toContain(cluster)
  }, 60_000)

  test('DATABASE_URL names a server that is not there', async () => {
    const sentence = await refusal({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:bad/db' })
    expect(sentence).toMatch(/DATABASE_URL/)
    expect(sentence).not.toContain('secret')
  }, 60_000)

  test('several settings are wrong', async () => {
    const sentence = await refusal({ HTTP_PORT: 'eighty', INGEST_MAX_AGE_DAYS: '0' })
    expect(sentence).toContain('HTTP_PORT must be a whole number')
    expect(sentence).toContain('INGEST_MAX_AGE_DAYS must be from 1')
    expect(sentence).not.toContain('eighty')
  }, 60_000)

  test('a rule file is wrong', async () => {
    await writeFile(`${folder.path}/bad.yaml`, 'id: [')
    expect(await refusal({ RULES_DIR: folder.path })).toContain('bad.yaml')
  }, 60_000)
})
