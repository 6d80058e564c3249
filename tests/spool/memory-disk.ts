import path from 'node:path'
import type { Disk, DiskFile } from '#spool/disk.ts'

interface Stored {
  bytes: Buffer
  /** What a loss of power leaves, whatever else it leaves. */
  synced: Buffer
}

/** What a disk can be asked to do, for faults by name. */
export type Deed = 'create' | 'write' | 'sync' | 'truncate' | 'remove' | 'syncFolder' | 'close'

const faultOf = (code: string): Error => Object.assign(new Error(code), { code })

/**
 * A disk in memory that forgets what was not synced, and fails when it is told to. A write that fails
 * has written a part; a sync that fails has lost what was written since the last.
 */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Stored>()
  /** Files whose names are on the disk. */
  #named = new Set<string>()
  /** Consulted before each deed: the code of the error it ends with, or undefined. */
  fault: (deed: Deed, count: number) => string | undefined = () => undefined
  readonly deeds: Deed[] = []
  /** Of each write that fails, the share that is written. */
  partly = 0.5

  async makeFolder(): Promise<void> {}

  async list(folder: string) {
    return [...this.files]
      .filter(([file]) => path.dirname(file) === folder)
      .map(([file, { bytes }]) => ({ name: path.basename(file), bytes: bytes.length }))
  }

  async create(file: string): Promise<DiskFile> {
    this.#do('create')
    if (this.files.has(file)) throw faultOf('EEXIST')
    const stored: Stored = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
    this.files.set(file, stored)
    return {
      write: async (bytes, position) => {
        const code = this.#look('write')
        const part = code === undefined ? bytes : bytes.subarray(0, bytes.length * this.partly)
        stored.bytes = Buffer.concat([stored.bytes.subarray(0, position), part])
        if (code !== undefined) throw faultOf(code)
      },
      sync: async () => {
        const code = this.#look('sync')
        if (code === undefined) {
          stored.synced = stored.bytes
          return
        }
        throw faultOf(code)
      },
      truncate: async (length) => {
        this.#do('truncate')
        stored.bytes = stored.bytes.subarray(0, length)
      },
      close: async () => this.#do('close'),
    }
  }

  async read(file: string, from: number, to: number): Promise<Buffer> {
    const stored = this.files.get(file)
    if (!stored) throw faultOf('ENOENT')
    return Buffer.from(stored.bytes.subarray(from, to))
  }

  async remove(file: string): Promise<void> {
    this.#do('remove')
    this.files.delete(file)
    this.#named.delete(file)
  }

  async syncFolder(): Promise<void> {
    this.#do('syncFolder')
    this.#named = new Set(this.files.keys())
  }

  /** What is there after a loss of power: of what was not synced, `kept` (0 to 1) of each file. */
  crash(kept: number): MemoryDisk {
    const after = new MemoryDisk()
    for (const [file, { bytes, synced }] of this.files) {
      if (!this.#named.has(file)) continue
      const more = Math.round((bytes.length - synced.length) * kept)
      const left = more > 0 ? bytes.subarray(0, synced.length + more) : synced
      after.files.set(file, { bytes: left, synced: left })
      after.#named.add(file)
    }
    return after
  }

  #do(deed: Deed): void {
    const code = this.#look(deed)
    if (code !== undefined) throw faultOf(code)
  }

  #look(deed: Deed): string | undefined {
    this.deeds.push(deed)
    return this.fault(deed, this.deeds.length - 1)
  }
}
