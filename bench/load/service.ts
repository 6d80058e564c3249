import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import type { LoadOptions } from '#bench/load.ts'
import { startTarget, type TargetProcess } from '#bench/target-process.ts'

export const SECRET = 'a-secret-long-enough-to-be-random'

/** A folder for databases; the server's own user, where that is another, has to pass. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
  await chmod(folder, 0o755)
  return folder
}

/** A broker under load: its port, and the processes whose work is its. */
export interface Target {
  readonly name: string
  readonly port: number
  readonly watch: NonNullable<LoadOptions['watch']>
  readonly process: TargetProcess
  stop(): Promise<void>
}

/** With a database of its own in this data directory. */
export interface TargetOnDatabase extends Target {
  readonly folder: string
}

export interface WanmiOptions {
  readonly name?: string
  readonly devices?: number
  readonly hasRules?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** The service on a database of its own, with so many covers as devices. */
export async function startWanmi({
  name = 'wanmi',
  devices = 1_000,
  hasRules = true,
  env = {},
}: WanmiOptions = {}): Promise<TargetOnDatabase> {
  const folder = await scratch()
  const rules = path.join(folder, 'no-rules')
  await mkdir(rules)
  return await startOnDatabase(name, 'wanmi', folder, {
    BENCH_SECRET: SECRET,
    BENCH_DEVICES: String(devices),
    INGEST_MAX_AGE_DAYS: String(DAYS + 1),
    ...(hasRules ? {} : { RULES_DIR: rules }),
    ...env,
  })
}

/** Sockets, the committer and its database alone: what acknowledging after a commit takes at least. */
export const startCommitOnly = async (): Promise<TargetOnDatabase> =>
  await startOnDatabase('commit alone', 'commit-only', await scratch())

async function startOnDatabase(
  name: string,
  program: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TargetOnDatabase> {
  const process = await startTarget(program, { DATA_DIR: folder, ...env })
  const watch = [
    { pid: process.pid, tree: false },
    { pid: await postmasterOf(folder), tree: true },
  ]
  const stop = async (): Promise<void> => {
    await process.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { name, port: process.port, watch, process, folder, stop }
}

/** aedes as it comes, storing nothing. */
export async function startBareAedes(): Promise<Target> {
  const process = await startTarget('bare-aedes')
  const { port, pid } = process
  return {
    name: 'bare aedes',
    port,
    watch: [{ pid, tree: false }],
    process,
    stop: () => process.stop(),
  }
}

/** The postmaster of the database in a data directory. */
export async function postmasterOf(dataDir: string): Promise<number> {
  const file = path.join(dataDir, 'database', 'cluster', 'postmaster.pid')
  return Number((await readFile(file, 'utf8')).split('\n', 1)[0])
}

/** Of {@link RunTimes}; further back than readings of a city in use are. */
const DAYS = 1_000
const DAY_MS = 24 * 3_600_000

/** Begins far enough in the past for every run to lie after those before. */
export class RunTimes {
  readonly #runMs: number
  #next: number

  /** So many runs of so many days each, the last of which ends before now. */
  constructor({ runs = DAYS / 10, runDays = 10 } = {}) {
    this.#runMs = runDays * DAY_MS
    this.#next = Date.now() - (runs + 1) * this.#runMs
  }

  /** Of the first reading of each device in a run. */
  next(): number {
    this.#next += this.#runMs
    return this.#next
  }
}

/** Of an even number of them the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1]
  return ((sorted[low] ?? Number.NaN) + (sorted[high] ?? Number.NaN)) / 2
}

export const machine = () => ({
  processor: cpus()[0]?.model,
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
})
