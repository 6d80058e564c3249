import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { examine } from '#cli/doctor/examine.ts'
import type { Finding, Findings, Level } from '#cli/doctor/finding.ts'
import { doctorCommand } from '#cli/doctor.ts'
import { startService } from '#main.ts'
import { epochMs } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { Authority, hasOpenssl } from '#tests/broker/certificates.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { ADMIN_TOKEN, freePort } from '#tests/support/service-process.ts'
import { runInProcess } from './run-in-process.ts'

let folder: ScratchFolder
let fresh: TestDatabase
beforeAll(async () => {
  folder = await scratchFolder()
  fresh = await freshDatabase()
})
afterAll(async () => {
  await fresh.drop()
  await folder[Symbol.asyncDispose]()
})

const quiet = async (): Promise<Record<string, string>> => ({
  DATA_DIR: `${folder.path}/data`,
  HTTP_PORT: String(await freePort()),
  MQTT_PORT: String(await freePort()),
  HTTP_HOST: '127.0.0.1',
  MQTT_HOST: '127.0.0.1',
  MQTT_CONNECTIONS_MAX: '100',
  MIN_FREE_DISK_MB: '0',
  ADMIN_TOKEN: 'a-token-that-is-long-enough',
})

const about = (findings: Findings, name: string): Finding[] =>
  findings.filter((finding) => finding.about === name)

const levelsOf = (findings: Findings, name: string): Level[] =>
  about(findings, name).map(({ level }) => level)

test('where nothing was started yet it says so, and starts and makes nothing', async () => {
  const findings = await examine(await quiet())
  expect(about(findings, 'service')[0]?.text.en).toBe('No Wanmi runs here now.')
  expect(about(findings, 'database')[0]?.text.en).toMatch(/no database in .* yet/)
  expect(findings.filter(({ level }) => level === 'fault')).toEqual([])
  expect(existsSync(`${folder.path}/data`)).toBe(false)
})

test('each finding is one sentence in English and in Chinese, without a secret', async () => {
  const findings = await examine({ ...(await quiet()), DATABASE_URL: fresh.url })
  for (const { text } of findings) {
    expect(text.en).toMatch(/^[^\n]+\.$/)
    expect(text.zh).toMatch(/^[^\n]*\p{Script=Han}[^\n]*。$/u)
  }
  const said = JSON.stringify(findings)
  expect(said).not.toContain('a-token-that-is-long-enough')
  const { password } = new URL(fresh.url)
  if (password !== '') expect(said).not.toContain(password)
})

test('every setting that is wrong is told, and the exit code is that of the worst', async () => {
  process.env['HTTP_PORT'] = 'eighty'
  process.env['MQTT_PORT'] = '99999'
  onTestFinished(() => {
    delete process.env['HTTP_PORT']
    delete process.env['MQTT_PORT']
  })
  const english = await runInProcess(doctorCommand(), ['--lang', 'en'])
  expect(english.exitCode).toBe(2)
  expect(english.out).toBe(
    'fault    HTTP_PORT must be a whole number.\nfault    MQTT_PORT must be from 0 to 65535.\n',
  )
  const chinese = await runInProcess(doctorCommand(), ['--lang', 'zh', '--json'])
  expect(JSON.parse(chinese.out)).toMatchObject({ worst: 'fault' })
})

test('a port that another program holds is named, with the program', async () => {
  const env = await quiet()
  const other = createServer().listen(Number(env['MQTT_PORT']), '127.0.0.1')
  await once(other, 'listening')
  const [finding] = about(await examine(env), 'MQTT_PORT')
  other.close()
  expect(finding?.level).toBe('fault')
  expect(finding?.text.en).toContain(`process ${process.pid}`)
})

test('a folder that is a file, and a rule folder that is not there, are faults', async () => {
  await writeFile(`${folder.path}/file`, '')
  const env = { ...(await quiet()), DATA_DIR: `${folder.path}/file`, RULES_DIR: '/no/such' }
  const findings = await examine(env)
  expect(levelsOf(findings, 'DATA_DIR')).toContain('fault')
  expect(levelsOf(findings, 'RULES_DIR')).toEqual(['fault'])
})

test('a zone that is none is a fault', async () => {
  const findings = await examine({ ...(await quiet()), CITY_TIME_ZONE: 'Asia/Shangai' })
  expect(levelsOf(findings, 'CITY_TIME_ZONE')).toEqual(['fault'])
})

test('limits the machine does not give, and weak secrets, are warnings', async () => {
  const env = {
    ...(await quiet()),
    MQTT_HOST: '0.0.0.0',
    MQTT_CONNECTIONS_MAX: '100000000',
    ADMIN_TOKEN: 'short',
    DATABASE_URL: 'postgres://somebody@127.0.0.1:1/wanmi',
  }
  const findings = await examine(env)
  for (const name of ['memory', 'MQTT_TLS_PORT', 'ADMIN_TOKEN', 'DATABASE_URL']) {
    expect(levelsOf(findings, name)).toEqual(['warning'])
  }
  expect(levelsOf(findings, 'database')).toEqual(['fault'])
})

test.each([
  ['--max-old-space-size=192', 'warning'],
  ['--max-old-space-size=192 --max-semi-space-size=16', 'ok'],
])('a heap whose young objects do not fit into it is a warning: %s', async (options, level) => {
  const doctor = spawn(process.execPath, ['cli/launch.mjs', 'wanmi', 'doctor', '--json'], {
    env: { ...process.env, ...(await quiet()), NODE_OPTIONS: options },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { findings } = JSON.parse(await text(doctor.stdout)) as { findings: Findings }
  const [heap] = about(findings, 'heap')
  expect(heap?.level).toBe(level)
  expect(heap?.text.en).toContain('192 MiB')
  expect(heap?.text.en.includes('--max-semi-space-size=16')).toBe(level === 'warning')
})

test('in December a year whose holidays nobody has told is a warning', async () => {
  const december = { now: () => epochMs(Date.UTC(2039, 11, 5)) }
  const findings = await examine(await quiet(), december)
  const years = about(findings, 'work calendar').map(({ text }) => /\d{4}/.exec(text.en)?.[0])
  expect(years).toEqual(['2039', '2040'])
})

describe('of a database', () => {
  const look = async (): Promise<Findings> =>
    examine({ ...(await quiet()), DATABASE_URL: fresh.url })
  const alter = (text: string): Promise<unknown> => fresh.database.pool.query(text)

  test('that is well there is nothing to say but that', async () => {
    const findings = await look()
    for (const name of ['database', 'durability', 'migrations', 'connections', 'database clock']) {
      expect(levelsOf(findings, name)).toEqual(['ok'])
    }
  })

  test('that answers before a commit is on the disk the danger is named', async () => {
    const name = new URL(fresh.url).pathname.slice(1)
    await alter(`ALTER DATABASE ${name} SET synchronous_commit = off`)
    const [finding] = about(await look(), 'durability')
    await alter(`ALTER DATABASE ${name} RESET synchronous_commit`)
    expect(finding?.level).toBe('fault')
    expect(finding?.text.en).toMatch(/^synchronous_commit is off/)
  })

  test('that a newer Wanmi made, and one that is to be migrated, are told apart', async () => {
    const [row] = (
      await fresh.database.pool.query<{ name: string; checksum: string }>(
        `DELETE FROM schema_migration WHERE name = '0004-commands' RETURNING name, checksum`,
      )
    ).rows
    expect(levelsOf(await look(), 'migrations')).toEqual(['warning'])
    await alter(`INSERT INTO schema_migration (name, checksum) VALUES ('9999-later', 'x')`)
    expect(about(await look(), 'migrations')[0]?.text.en).toContain('9999-later')
    await alter(`DELETE FROM schema_migration WHERE name = '9999-later'`)
    await alter(
      `INSERT INTO schema_migration (name, checksum) VALUES ('${row?.name}', '${row?.checksum}')`,
    )
    expect(levelsOf(await look(), 'migrations')).toEqual(['ok'])
  })

  test('of a service that runs, its ports are its own', async () => {
    const env = { ...(await quiet()), DATABASE_URL: fresh.url }
    const service = await startService(readConfig(env), ADMIN_TOKEN, silentLogger)
    const findings = await examine(env)
    await service.stop()
    expect(about(findings, 'service')[0]?.text.en).toMatch(/^A Wanmi runs at .* takes messages/)
    expect(levelsOf(findings, 'HTTP_PORT')).toEqual(['ok'])
    expect(levelsOf(findings, 'MQTT_PORT')).toEqual(['ok'])
  })

  test('that comes along, it is found where it runs and known to be stopped where not', async () => {
    const dataDir = `${folder.path}/own`
    const config = { dataDir, databasePort: 0, minFreeMb: 0 }
    const server = await EmbeddedServer.open(config, silentLogger)
    const env = { ...(await quiet()), DATA_DIR: dataDir }
    // Nobody has made the database in it: the server answers, and says so.
    expect(about(await examine(env), 'database')[0]?.text.en).toMatch(/"wanmi" does not exist/)
    await server.stop()
    expect(about(await examine(env), 'database')[0]?.text.en).toMatch(/is stopped/)
  })
})

describe.skipIf(!hasOpenssl)('certificates', () => {
  let authority: Authority
  beforeAll(() => {
    authority = new Authority('doctor')
  })
  afterAll(() => authority.remove())

  test('that end soon, have ended, or have another key are told', async () => {
    const [one, other] = [authority.sign('one'), authority.sign('other')]
    const env = {
      ...(await quiet()),
      MQTT_TLS_PORT: String(await freePort()),
      MQTT_TLS_CERT_FILE: one.certFile,
      MQTT_TLS_KEY_FILE: one.keyFile,
    }
    const soon = await examine(env)
    expect(levelsOf(soon, 'MQTT_TLS_CERT_FILE')).toEqual(['warning'])
    expect(levelsOf(soon, 'MQTT_TLS_KEY_FILE')).toEqual(['ok'])
    const later = { now: () => epochMs(Date.now() + 10 * 86_400_000) }
    expect(levelsOf(await examine(env, later), 'MQTT_TLS_CERT_FILE')).toEqual(['fault'])
    const mixed = await examine({ ...env, MQTT_TLS_KEY_FILE: other.keyFile })
    expect(levelsOf(mixed, 'MQTT_TLS_KEY_FILE')).toEqual(['fault'])
  })
})
