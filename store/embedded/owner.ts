import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { processIdentity } from './process.ts'

/**
 * Which Wanmi process starts, restarts and stops the server. A second process on the same data
 * directory uses the server as a guest, and takes over when the owner is gone.
 */
export class OwnerFile {
  readonly #file: string
  #owned = false

  constructor(file: string) {
    this.#file = file
  }

  /** True when this process is the owner now. */
  async claim(): Promise<boolean> {
    const mine = await processIdentity(process.pid)
    const owner = await this.#read()
    if (owner === mine) this.#owned = true
    else if (owner === undefined) this.#owned = await this.#create(mine ?? '')
    else if ((await processIdentity(Number(owner.split(' ')[0]))) === owner) this.#owned = false
    else this.#owned = await this.#replace(mine ?? '')
    return this.#owned
  }

  /** Gives the server up, so that another process may have it. */
  async release(): Promise<void> {
    if (!this.#owned) return
    this.#owned = false
    await rm(this.#file, { force: true })
  }

  async #read(): Promise<string | undefined> {
    try {
      return await readFile(this.#file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** A link fails where the name exists already, so of two processes only one succeeds. */
  async #create(identity: string): Promise<boolean> {
    const own = `${this.#file}.${process.pid}`
    await writeFile(own, identity, { mode: 0o644 })
    try {
      await link(own, this.#file)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(own, { force: true })
    }
  }

  async #replace(identity: string): Promise<boolean> {
    const stale = `${this.#file}.${process.pid}.stale`
    try {
      await rename(this.#file, stale)
      await rm(stale, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return await this.#create(identity)
  }
}
