import { constants } from 'node:fs'
import { access, type FileHandle, mkdir, open, opendir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { isWanmiError, messageOf, Rejected, Unavailable } from '#model/error.ts'
import type { ByteRange, FileStore } from './ports.ts'

/** Half-written files; renamed out of it when they are whole. */
const ARRIVING = 'arriving'

/**
 * Files in folders of one disk. The last digits of an id, which are random, spread them over 65,536
 * folders. A file gets its name only after its bytes are on the disk, and is there only after its
 * name is.
 */
export class DiskStore implements FileStore {
  readonly #root: string

  constructor(root: string) {
    this.#root = path.resolve(root)
  }

  get location(): string {
    return this.#root
  }

  /** Makes nothing yet: where no photo ever comes there is no folder. */
  async check(): Promise<void> {
    try {
      await mayBeMade(this.#root)
    } catch (error) {
      const sentence = `the folder of attachments ${this.#root} cannot be used: ${messageOf(error)}`
      throw new Rejected('data-directory', sentence, {
        detail: { path: this.#root },
        cause: error,
      })
    }
  }

  async write(id: string, _mediaType: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const arriving = path.join(this.#root, ARRIVING, id)
    try {
      await mkdir(path.dirname(arriving), { recursive: true, mode: 0o750 })
      const file = await open(arriving, 'wx', 0o640)
      try {
        for await (const piece of pieces) await writeWhole(file, piece)
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#name(arriving, this.#pathOf(id))
    } catch (error) {
      // What cannot be cleared away now is found by `remove`.
      await rm(arriving, { force: true }).catch(() => undefined)
      throw storageError(this.#root, error)
    }
  }

  async read(id: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.#pathOf(id), 'r')
      return file.createReadStream(range ? { start: range.from, end: range.to } : {})
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw new Rejected('not-found', `the file of the attachment ${id} is gone`, {
          cause: error,
        })
      }
      throw storageError(this.#root, error)
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await rm(path.join(this.#root, ARRIVING, id), { force: true })
      await rm(this.#pathOf(id), { force: true })
    } catch (error) {
      throw storageError(this.#root, error)
    }
  }

  /** Renames a file that is whole, and waits until the disk has the name and new folders above it. */
  async #name(from: string, to: string): Promise<void> {
    const folder = path.dirname(to)
    const first = await mkdir(folder, { recursive: true, mode: 0o750 })
    await rename(from, to)
    await syncFolder(folder)
    if (first === undefined) return
    for (let made = folder; made !== path.dirname(first); made = path.dirname(made)) {
      await syncFolder(path.dirname(made))
    }
  }

  #pathOf(id: string): string {
    return path.join(this.#root, id.slice(-2), id.slice(-4, -2), id)
  }
}

/** @throws what the file system says where the folder is not, and its parents let nobody make it */
async function mayBeMade(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    await (await opendir(folder)).close()
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!isMissing || path.dirname(folder) === folder) throw error
    await mayBeMade(path.dirname(folder))
  }
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function storageError(root: string, error: unknown): Error {
  if (isWanmiError(error)) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Unavailable('disk-full', `the disk that holds ${root} is full`, { cause: error })
  }
  // What whoever sends the bytes has thrown is theirs to judge.
  if (code === undefined) return error as Error
  const sentence = `attachments cannot be kept in ${root}: ${messageOf(error)}`
  return new Unavailable('storage-unavailable', sentence, { cause: error })
}
