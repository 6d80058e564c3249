import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { silentLogger } from '#runtime/logger.ts'
import { freePort } from '#store/embedded/free-port.ts'
import { findServerUser } from '#store/embedded/server-user.ts'
import { findSystemPostgres } from './find-system-postgres.ts'

const run = promisify(execFile)
/** A server of the system's PostgreSQL in `folder`, with TimescaleDB where that is installed. */
export async function startSystemPostgres(
  folder: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const programs = findSystemPostgres()
  if (programs === undefined) throw new Error('the system has no PostgreSQL')
  const data = path.join(folder, 'system-postgres')
  await mkdir(data, { recursive: true })
  const user = await findServerUser(data, silentLogger)
  if (user) await chown(data, user.uid, user.gid)
  const as = { cwd: '/', ...(user ? { uid: user.uid, gid: user.gid } : {}) }
  const cluster = path.join(data, 'cluster')
  const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-locale']
  await run(path.join(programs, 'initdb'), [`--pgdata=${cluster}`, ...options], as)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'timescaledb.telemetry_level=off',
    ...((await hasTimescale(programs)) ? ['shared_preload_libraries=timescaledb'] : []),
  ]
  const server = spawn(
    path.join(programs, 'postgres'),
    ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, stdio: 'ignore' },
  )
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  while (server.exitCode === null && !(await answers(url))) await sleep(50)
  if (server.exitCode !== null) throw new Error(`${programs}/postgres does not start`)
  const stop = async (): Promise<void> => {
    server.kill('SIGINT')
    await once(server, 'exit')
  }
  return { url, stop }
}

async function hasTimescale(programs: string): Promise<boolean> {
  const { stdout } = await run(path.join(programs, 'postgres'), ['--version'])
  const major = /(\d+)/.exec(stdout)?.[1] ?? ''
  return existsSync(`/usr/share/postgresql/${major}/extension/timescaledb.control`)
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}
