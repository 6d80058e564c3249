import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchownSync, openSync, readFileSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Rejected, Unavailable } from '#model/error.ts'
import { program } from './binaries.ts'
import { ROLE, runOptions } from './cluster.ts'
import { startError } from './data-directory.ts'
import type { Location } from './location.ts'
import { findPostmaster, type Postmaster, removeStale } from './postmaster.ts'
import { isRunning } from './process.ts'
import { settingArguments } from './server-settings.ts'

const POLL_MS = 30
const SILENCE_MS = 30_000
const CANNOT_CONNECT_NOW = '57P03'
const INVALID_PASSWORD = '28P01'

/**
 * Starts the server and waits until it answers, however long it has to recover what a crash left.
 * It is put into a session of its own: Ctrl-C in a terminal goes to Wanmi alone, which then stops
 * the server in order. What it says goes to a file, so that it can outlive us.
 *
 * @throws Unavailable `port-in-use`, `disk-full` or `database-unavailable`, Rejected `data-directory`
 */
export async function startServer(
  location: Location,
  port: number,
  password: string,
): Promise<Postmaster> {
  await removeStale(location.cluster)
  const logFile = path.join(location.home, 'server.log')
  const output = openSync(logFile, 'a', 0o600)
  // Root is not always who starts it: the log must not stay his.
  if (location.user) fchownSync(output, location.user.uid, location.user.gid)
  await truncate(logFile)
  let child: ChildProcess
  try {
    child = spawn(
      program(location.binaries, 'postgres'),
      ['-D', location.cluster, ...settingArguments(port)],
      { ...runOptions(location), detached: true, stdio: ['ignore', output, output] },
    )
  } finally {
    closeSync(output)
  }
  child.unref()
  const end = Promise.withResolvers<string | undefined>()
  child.once('error', (error) => end.resolve(error.message))
  child.once('exit', () => end.resolve(undefined))
  try {
    const started = await Promise.race([end.promise, answeringServer(location, child, password)])
    if (typeof started === 'object') return started
    throw startError(location.cluster, started ?? readFileSync(logFile, 'utf8'))
  } catch (error) {
    // One that runs and knows another password must not be left behind.
    if (child.kill('SIGINT')) await end.promise
    throw error
  }
}

async function answeringServer(
  location: Location,
  child: ChildProcess,
  password: string,
): Promise<Postmaster | undefined> {
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const found = await findPostmaster(location.cluster)
    if (found?.pid === child.pid && (await ask(location, found, password)) === 'ready') return found
    await sleep(POLL_MS)
  }
  return undefined
}

/**
 * Waits until a server that somebody else started takes connections. False when it ends first, or
 * says nothing at all for half a minute.
 *
 * @throws Rejected `data-directory` when it does not know our password
 */
export async function waitForServer(
  location: Location,
  postmaster: Postmaster,
  password: string,
): Promise<boolean> {
  let heardAt = Date.now()
  while ((await isRunning(postmaster.pid)) && Date.now() - heardAt < SILENCE_MS) {
    const answer = await ask(location, postmaster, password)
    if (answer === 'ready') return true
    if (answer === 'starting') heardAt = Date.now()
    await sleep(POLL_MS)
  }
  return false
}

async function ask(
  location: Location,
  { port }: Postmaster,
  password: string,
): Promise<'ready' | 'starting' | 'silent'> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: ROLE,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  })
  // The end of an idle connection is reported as an event and would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === CANNOT_CONNECT_NOW) return 'starting'
    if (code !== INVALID_PASSWORD) return 'silent'
    throw new Rejected(
      'data-directory',
      `the data directory ${location.home} cannot be used: its password does not open its database`,
      { cause: error },
    )
  } finally {
    await client.end()
  }
}

/**
 * Fast shutdown: sessions are ended, everything is written, and nothing has to be recovered at the
 * next start. A server that does not end is ended the hard way, which loses nothing committed.
 */
export async function stopServer(cluster: string): Promise<void> {
  const postmaster = await findPostmaster(cluster)
  if (!postmaster) return
  for (const [signal, patienceMs] of [
    ['SIGINT', 60_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (await ended(postmaster.pid, signal, patienceMs)) return
  }
  throw new Unavailable('database-unavailable', 'the embedded database does not stop', {
    detail: { pid: postmaster.pid },
  })
}

async function ended(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
    throw error
  }
  while (Date.now() < deadline) {
    if (!(await isRunning(pid))) return true
    await sleep(POLL_MS)
  }
  return false
}
