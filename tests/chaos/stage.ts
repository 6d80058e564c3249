import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client, type QueryResultRow } from 'pg'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { Receiver } from '#tests/outbox/receiver.ts'
import { FaultProxy } from '#tests/support/fault-proxy.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  askApi,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'
import { until } from './waiting.ts'

export interface StageOptions {
  /** The database is on a disk of its own of so many MiB, where this user may mount one. */
  readonly disk_mb?: number | undefined
  /** Settings of the service, and `NODE_OPTIONS`. */
  readonly env?: Readonly<Record<string, string>>
}

const STATEMENT_TIMEOUT_MS = 5_000
const STOP_PATIENCE_MS = 60_000
/** Machines may be busy with other things. */
const READY_PATIENCE_MS = 180_000

/** Where a campaign is played: a database, the service, somebody who is told, and lines between. */
export class Stage {
  /** Between the service and the database. */
  readonly databaseLine: FaultProxy
  /** Between devices and the service. */
  readonly deviceLine: FaultProxy
  /** Another system, which hears of every case. */
  readonly receiver: Receiver
  readonly #folder: ScratchFolder
  readonly #databaseConfig: Parameters<typeof EmbeddedServer.open>[0]
  readonly #disk: string | null
  readonly #env: Readonly<Record<string, string>>
  #database: EmbeddedServer
  #url: string
  #service: ServiceProcess
  readonly #services: ServiceProcess[] = []
  #closing: Promise<void> | undefined

  private constructor(parts: {
    readonly folder: ScratchFolder
    readonly databaseConfig: Parameters<typeof EmbeddedServer.open>[0]
    readonly database: EmbeddedServer
    readonly disk: string | null
    readonly databaseLine: FaultProxy
    readonly deviceLine: FaultProxy
    readonly receiver: Receiver
    readonly env: Readonly<Record<string, string>>
  }) {
    this.#folder = parts.folder
    this.#databaseConfig = parts.databaseConfig
    this.#database = parts.database
    this.#url = parts.database.url('postgres')
    this.#disk = parts.disk
    this.databaseLine = parts.databaseLine
    this.deviceLine = parts.deviceLine
    this.receiver = parts.receiver
    this.#env = parts.env
    this.#service = this.spawn()
    open.add(this)
  }

  static async open({ disk_mb, env = {} }: StageOptions = {}): Promise<Stage> {
    const folder = await scratchFolder()
    const disk = disk_mb === undefined ? null : mountDisk(path.join(folder.path, 'disk'), disk_mb)
    const databaseConfig = {
      dataDir: path.join(disk ?? folder.path, 'database'),
      databasePort: await freePort(),
      minFreeMb: 0,
    }
    const database = await EmbeddedServer.open(databaseConfig, silentLogger)
    const databaseLine = await FaultProxy.open(new URL(database.url('postgres')))
    const mqttPort = await freePort()
    const deviceLine = await FaultProxy.open(() => mqttPort)
    const receiver = await Receiver.start()
    const stage = new Stage({
      folder,
      databaseConfig,
      database,
      disk,
      databaseLine,
      deviceLine,
      receiver,
      env: {
        DATABASE_URL: databaseLine.url(database.url('postgres')),
        DATABASE_STATEMENT_TIMEOUT_MS: String(STATEMENT_TIMEOUT_MS),
        DATA_DIR: path.join(folder.path, 'service'),
        HTTP_PORT: String(await freePort()),
        MQTT_PORT: String(mqttPort),
        // A claim of a service that was killed runs out soon.
        WEBHOOK_TIMEOUT_MS: '1000',
        WEBHOOK_RETRY_FIRST_MS: '100',
        ...env,
      },
    })
    try {
      await stage.ready()
      await askApi(stage.service, '/api/v1/webhooks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'another system', url: receiver.url }),
      })
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** The one that was started last. */
  get service(): ServiceProcess {
    return this.#service
  }

  /** Of the server itself, past the line. */
  get databaseUrl(): string {
    return this.#url
  }

  get databasePid(): number {
    return this.#database.pid
  }

  /** Whether the database has a disk that can be filled. */
  get hasDisk(): boolean {
    return this.#disk !== null
  }

  /** Starts another process of the service, with the same settings; does not wait for it. */
  spawn(more: Readonly<Record<string, string>> = {}): ServiceProcess {
    this.#service = spawnService({ ...this.#env, ...more })
    this.#services.push(this.#service)
    return this.#service
  }

  /** Resolves when the one that was started last takes messages. @throws when it ends first */
  ready(): Promise<void> {
    return untilReady(this.#service, READY_PATIENCE_MS)
  }

  /** Resolves when nothing that was acknowledged waits in the spool. */
  async drained(): Promise<void> {
    const isSpooling = async (): Promise<boolean> => {
      const ready = await fetch(`${this.#service.api}/health/ready`)
      return !ready.ok || (await ready.text()).includes('spooling')
    }
    await until('the spool is not drained', async () => !(await isSpooling()))
  }

  /** Starts another process, which takes over from the one that runs; waits for both. */
  async replace(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const older = this.#service
    this.spawn(more)
    await older.ended
    await this.ready()
  }

  /** The service dies on the spot. */
  async killService(): Promise<void> {
    this.#service.kill('SIGKILL')
    await this.#service.ended
  }

  /** The server dies on the spot; it is started again as it is watched. */
  killDatabase(): void {
    process.kill(this.#database.pid, 'SIGKILL')
  }

  async stopDatabase(): Promise<void> {
    await this.#database.stop()
  }

  async startDatabase(): Promise<void> {
    this.#database = await EmbeddedServer.open(this.#databaseConfig, silentLogger)
    this.#url = this.#database.url('postgres')
  }

  /** Leaves nothing free on the disk of the database, until the result is called. */
  fillDisk(): () => void {
    const ballast = path.join(this.#disk ?? '', 'ballast')
    try {
      for (let at = 0; ; at++) writeFileSync(ballast, MEBIBYTE, { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
    return () => rmSync(ballast)
  }

  /** Asks the database, past the line and past the service. */
  async sql<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.#url })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }

  /** Ends all that was started; the same when it is called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.databaseLine.worsen()
    this.databaseLine.release()
    const ended = Promise.all(
      this.#services.map(async (service) => {
        service.kill('SIGCONT')
        service.kill('SIGTERM')
        const timer = setTimeout(() => service.kill('SIGKILL'), STOP_PATIENCE_MS)
        await service.ended
        clearTimeout(timer)
      }),
    )
    await ended
    this.deviceLine.close()
    this.databaseLine.close()
    await this.receiver.stop()
    await this.#database.stop()
    if (this.#disk) execFileSync('umount', ['--lazy', this.#disk])
    await this.#folder[Symbol.asyncDispose]()
    open.delete(this)
  }
}

const open = new Set<Stage>()

/** For who is interrupted: no process of a stage is left behind. */
export const closeStages = async (): Promise<void> => {
  await Promise.all([...open].map((stage) => stage.close()))
}

const MEBIBYTE = Buffer.alloc(1_024 * 1_024, 1)

/** Null where this user may not mount anything. */
function mountDisk(folder: string, mebibytes: number): string | null {
  mkdirSync(folder)
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder]
    execFileSync('mount', options, { stdio: 'ignore' })
    return folder
  } catch {
    return null
  }
}
