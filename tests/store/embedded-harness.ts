import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, onTestFinished } from 'vitest'
import { silentLogger } from '#runtime/logger.ts'
import { connect } from '#store/database.ts'
import { EmbeddedServer, type EmbeddedServerConfig } from '#store/embedded/embedded-server.ts'

export const isRoot = process.getuid?.() === 0

/** Another Wanmi on the same data directory. */
export interface Child {
  readonly process: ChildProcess
  /** Of its server. */
  readonly pid: number
  /** Lets it stop its server and end. */
  finish(): Promise<void>
}

/**
 * A folder for the tests of a file, with a data directory whose database was made and stopped: each
 * test starts it again in its own way, and what it opened is stopped after it.
 */
export class EmbeddedHarness {
  readonly #opened: EmbeddedServer[] = []
  #root = ''

  constructor() {
    beforeAll(async () => {
      this.#root = await mkdtemp(path.join(tmpdir(), 'wanmi-embedded-'))
      await chmod(this.#root, 0o755)
      await (await this.open()).stop()
    })
    afterEach(() => this.stop())
    afterAll(() => rm(this.#root, { recursive: true, force: true }))
  }

  /** The folder of this file's tests. */
  folder(...names: string[]): string {
    return path.join(this.#root, ...names)
  }

  get dataDir(): string {
    return this.folder('data')
  }

  get systemFolder(): string {
    return this.folder('system')
  }

  async open(more: Partial<EmbeddedServerConfig> = {}): Promise<EmbeddedServer> {
    const { dataDir, systemFolder } = this
    const config = { dataDir, databasePort: 0, minFreeMb: 0, systemFolder, ...more }
    const server = await EmbeddedServer.open(config, silentLogger)
    this.#opened.push(server)
    return server
  }

  /** Stops what was opened. */
  async stop(): Promise<void> {
    for (const server of this.#opened.splice(0)) await server.stop()
  }

  async openInChild(options: { uid?: number; gid?: number; dir?: string } = {}): Promise<Child> {
    const { dir = this.dataDir, ...user } = options
    const child = spawn(process.execPath, [CHILD_SCRIPT, 'embedded', dir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...user,
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { url } = JSON.parse(line) as { url: string }
    const finish = async (): Promise<void> => {
      child.stdin.end()
      await once(child, 'exit')
    }
    const file = `split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer`
    const [answer] = await queryAt(url, `SELECT ${file} AS pid`)
    return { process: child, pid: (answer as { pid: number }).pid, finish }
  }
}

export const CHILD_SCRIPT = path.join(import.meta.dirname, '..', 'support', 'server-child.ts')

export const query = (server: EmbeddedServer, text: string): Promise<unknown[]> =>
  queryAt(server.url('postgres'), text)

async function queryAt(connectionString: string, text: string): Promise<unknown[]> {
  const client = await connect({ connectionString })
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not happen')
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

export async function chownTree(folder: string, uid: number, gid: number): Promise<void> {
  await chown(folder, uid, gid)
  for (const name of await readdir(folder, { recursive: true })) {
    await chown(path.join(folder, name), uid, gid)
  }
}
