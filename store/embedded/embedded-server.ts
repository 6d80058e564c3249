import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isWanmiError, messageOf, Unavailable } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { backoff } from '#runtime/backoff.ts'
import type { Logger } from '#runtime/logger.ts'
import { findBinaries } from './binaries.ts'
import { prepareCluster, ROLE } from './cluster.ts'
import { checkFreeSpace } from './data-directory.ts'
import { freePort } from './free-port.ts'
import { type Location, locate } from './location.ts'
import { OwnerFile } from './owner.ts'
import { findPostmaster, type Postmaster } from './postmaster.ts'
import { isRunning } from './process.ts'
import { startServer, stopServer, waitForServer } from './server-process.ts'

export interface EmbeddedServerConfig {
  readonly dataDir: string
  /** 0 takes a free one. */
  readonly databasePort: number
  readonly minFreeMb: number
  /** Where root keeps what must not stay in `dataDir`; tests have one of their own. */
  readonly systemFolder?: string
}

const WATCH_MS = 250
const PORT_ATTEMPTS = 5

/** Wanmi's own PostgreSQL: started or taken over, watched, and stopped at the end. */
export class EmbeddedServer {
  readonly #location: Location
  readonly #password: string
  readonly #owner: OwnerFile
  readonly #log: Logger
  readonly #stopping = new AbortController()
  #postmaster: Postmaster
  #watch: Promise<void>

  private constructor(
    location: Location,
    password: string,
    owner: OwnerFile,
    postmaster: Postmaster,
    log: Logger,
  ) {
    this.#location = location
    this.#password = password
    this.#owner = owner
    this.#postmaster = postmaster
    this.#log = log
    this.#watch = this.#supervise()
  }

  /**
   * Resolves when the server takes connections.
   *
   * @throws Unavailable `disk-full`, `port-in-use` or `database-unavailable`,
   *   Rejected `data-directory` or `bad-configuration`
   */
  static async open(config: EmbeddedServerConfig, log: Logger): Promise<EmbeddedServer> {
    const location = await locate(config.dataDir, await findBinaries(), log, config.systemFolder)
    const password = await prepare(location, config.minFreeMb, log)
    const owner = new OwnerFile(path.join(location.home, 'owner'))
    await owner.claim()
    try {
      const postmaster = await findOrStart(location, config.databasePort, password, log)
      return new EmbeddedServer(location, password, owner, postmaster, log)
    } catch (error) {
      await owner.release()
      throw error
    }
  }

  /** Of a database on this server. The port stays the same when the server is started again. */
  url(database: string): string {
    return `postgres://${ROLE}:${this.#password}@127.0.0.1:${this.#postmaster.port}/${database}`
  }

  /** The server's process as it is now; it changes when the server is started again. */
  get pid(): number {
    return this.#postmaster.pid
  }

  /** Where it lives, for the log and for tests. */
  get location(): Location {
    return this.#location
  }

  /** Ends the server, unless another Wanmi process owns it. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#watch
    if (!(await this.#owner.claim())) return
    await stopServer(this.#location.cluster)
    await this.#owner.release()
  }

  /** Looks after the server no longer, and leaves it running for another Wanmi process. */
  async leave(): Promise<void> {
    this.#stopping.abort()
    await this.#watch
    await this.#owner.release()
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping
    while (await pause(WATCH_MS, signal)) {
      if (await isRunning(this.#postmaster.pid)) continue
      this.#log.error({ pid: this.#postmaster.pid }, 'the embedded database ended by itself')
      await this.#revive()
    }
  }

  async #revive(): Promise<void> {
    const { port } = this.#postmaster
    for (const wait of backoff({ first: milliseconds(100), longest: seconds(5) })) {
      if (!(await pause(wait, this.#stopping.signal))) return
      try {
        if (!(await this.#owner.claim()) && !(await findPostmaster(this.#location.cluster)))
          continue
        this.#postmaster = await findOrStart(this.#location, port, this.#password, this.#log)
        this.#log.info({ pid: this.#postmaster.pid }, 'the embedded database runs again')
        return
      } catch (error) {
        this.#log.error({ reason: messageOf(error) }, 'the embedded database does not start')
      }
    }
  }
}

async function prepare(location: Location, minFreeMb: number, log: Logger): Promise<string> {
  await checkFreeSpace(location.home, minFreeMb)
  return await prepareCluster(location, log)
}

/** Takes the server that runs already, or starts one. Port 0 takes a free one. */
async function findOrStart(
  location: Location,
  port: number,
  password: string,
  log: Logger,
): Promise<Postmaster> {
  const running = await findPostmaster(location.cluster)
  if (running && (await waitForServer(location, running, password))) {
    log.info({ pid: running.pid, port: running.port }, 'using the embedded database that runs')
    return running
  }
  await stopServer(location.cluster)
  for (let attempt = 1; ; attempt++) {
    try {
      const started = await startServer(location, port === 0 ? await freePort() : port, password)
      log.info(
        { pid: started.pid, port: started.port, path: location.cluster },
        'the embedded database runs',
      )
      return started
    } catch (error) {
      if (!isWanmiError(error) || !(error instanceof Unavailable)) throw error
      if (!mayPass(error, port) || attempt === PORT_ATTEMPTS) throw error
      await sleep(attempt * 200)
    }
  }
}

/** A free port can be taken in between; the children of a killed server take a moment to end. */
const mayPass = (error: Unavailable, port: number): boolean =>
  error.code === 'database-unavailable' || (error.code === 'port-in-use' && port === 0)

/** False when the wait was cut short. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal, ref: false })
    return true
  } catch {
    return false
  }
}
