import { Unavailable } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { realDisk } from './disk.ts'
import { lockFolder } from './folder-lock.ts'
import { Spool, type SpoolOptions, type SpoolRecord } from './spool.ts'

interface LockedSpoolOptions extends Omit<SpoolOptions, 'drained'> {
  /** Asked once the folder is ours: until then another process may drain more of it. */
  readonly readDrained: () => Promise<ReadonlyMap<string, number>>
}

/** A spool whose folder one process has at a time; until it is ours nothing can be added. */
export class LockedSpool {
  readonly #options: LockedSpoolOptions
  #spool: Spool | undefined
  #unlock: (() => void) | undefined

  constructor(options: LockedSpoolOptions) {
    this.#options = options
  }

  /**
   * Opens it if no other process has it.
   *
   * @returns whether it is open now
   * @throws Rejected `data-directory`, Unavailable `database-unavailable`
   */
  async tryToOpen(): Promise<boolean> {
    if (this.#spool) return true
    const { folder, readDrained, ...options } = this.#options
    await realDisk.makeFolder(folder)
    const unlock = lockFolder(folder)
    if (!unlock) return false
    try {
      const marks = await readDrained()
      const drained = (generation: string): number => marks.get(generation) ?? 0
      this.#spool = await Spool.open({ ...options, folder, drained })
      this.#unlock = unlock
      return true
    } catch (error) {
      unlock()
      throw error
    }
  }

  /** What there is to say of it; undefined while another process has it. */
  get facts(): Pick<Spool, 'bytes' | 'records' | 'oldestAt' | 'damaged'> | undefined {
    return this.#spool
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get isEmpty(): boolean {
    return this.#spool?.isEmpty ?? true
  }

  async append(body: Uint8Array, takenAt: EpochMs): Promise<SpoolRecord | undefined> {
    if (!this.#spool) {
      throw new Unavailable('storage-unavailable', 'another Wanmi process has the spool')
    }
    return await this.#spool.append(body, takenAt)
  }

  async next(): Promise<SpoolRecord | undefined> {
    return await this.#spool?.next()
  }

  async release(records: readonly SpoolRecord[]): Promise<void> {
    await this.#spool?.release(records)
  }

  async putAside(record: SpoolRecord): Promise<void> {
    await this.#spool?.putAside(record)
  }

  /** Gives it to another process. */
  async close(): Promise<void> {
    await this.#spool?.close()
    this.#unlock?.()
    this.#spool = undefined
    this.#unlock = undefined
  }
}
