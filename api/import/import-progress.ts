import { performance } from 'node:perf_hooks'
import { Rejected } from '#model/error.ts'

/** `starting`: nothing was read yet. `reading`: rows are checked and written. `finishing`: all were read. */
export const IMPORT_PHASES = ['starting', 'reading', 'finishing', 'ended'] as const

export interface ImportProgress {
  readonly phase: (typeof IMPORT_PHASES)[number]
  /** Taken from the file so far. */
  readonly rows: number
  readonly bytes: number
  /** As long as the whole file is; null where whoever sends it did not say. */
  readonly totalBytes: number | null
}

interface Running extends ImportProgress {
  phase: ImportProgress['phase']
  rows: number
  bytes: number
  endedAt: number | null
}

/** Whoever asks a little late still learns that it has ended. */
const KEPT_MS = 60_000
/** Of one account; whoever names more at once learns nothing of the further ones. */
const RUNNING_MAX = 100

/** How far imports are that run now or have just ended, for those who started them and named them. */
export class ImportWatch {
  readonly #imports = new Map<string, Running>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @throws Rejected `conflict` while another import of that name runs */
  begin(owner: string, name: string, totalBytes: number | null): ImportCount {
    this.#forget()
    const key = keyOf(owner, name)
    if (this.#imports.get(key)?.endedAt === null) {
      throw new Rejected('conflict', `an import ${name} is running`)
    }
    const running: Running = { phase: 'starting', rows: 0, bytes: 0, totalBytes, endedAt: null }
    const own = [...this.#imports.keys()].filter((each) => each.startsWith(keyOf(owner, '')))
    if (own.length < RUNNING_MAX) this.#imports.set(key, running)
    return new ImportCount(running, this.#now)
  }

  find(owner: string, name: string): ImportProgress | undefined {
    this.#forget()
    return this.#imports.get(keyOf(owner, name))
  }

  #forget(): void {
    const before = this.#now() - KEPT_MS
    for (const [key, { endedAt }] of this.#imports) {
      if (endedAt !== null && endedAt <= before) this.#imports.delete(key)
    }
  }
}

const keyOf = (owner: string, name: string): string => `${owner} ${name}`

/** Counts what an import takes from its file. */
export class ImportCount {
  readonly #running: Running
  readonly #now: () => number

  constructor(running: Running, now: () => number) {
    this.#running = running
    this.#now = now
  }

  readonly addBytes = (bytes: number): void => {
    this.#running.bytes += bytes
  }

  async *rows<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    this.#running.phase = 'reading'
    for await (const row of rows) {
      this.#running.rows += 1
      yield row
    }
    this.#running.phase = 'finishing'
  }

  end(): void {
    this.#running.phase = 'ended'
    this.#running.endedAt = this.#now()
  }
}
