import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises'
import path from 'node:path'

/** A file that grows at its end. */
export interface DiskFile {
  /** Writes all of it, beginning at a position. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Resolves when what was written, and how long the file is, is on the disk. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** All that the spool does with a disk: tests put one in its place that fails. */
export interface Disk {
  /** With those it is in; resolves when it is on the disk that they are there. */
  makeFolder(folder: string): Promise<void>
  /** Names and lengths of the files in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly { readonly name: string; readonly bytes: number }[]>
  /** Fails where there is a file of that name. */
  create(file: string): Promise<DiskFile>
  read(file: string, from: number, to: number): Promise<Buffer>
  remove(file: string): Promise<void>
  /** Resolves when it is on the disk which files are in the folder. */
  syncFolder(folder: string): Promise<void>
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

export const realDisk: Disk = {
  async makeFolder(folder) {
    const whole = path.resolve(folder)
    const first = await mkdir(whole, { recursive: true, mode: 0o750 })
    if (first === undefined) return
    for (let made = whole; made.startsWith(first); made = path.dirname(made)) {
      await syncFolder(path.dirname(made))
    }
  },

  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
    const lengthOf = async (name: string) => (await stat(path.join(folder, name))).size
    return await Promise.all(files.map(async (name) => ({ name, bytes: await lengthOf(name) })))
  },

  async create(file) {
    return diskFile(await open(file, 'wx', 0o640))
  },

  async read(file, from, to) {
    if (from === 0) return (await readFile(file)).subarray(0, to)
    const handle = await open(file)
    try {
      const bytes = Buffer.allocUnsafe(to - from)
      const read = await readWhole(handle, bytes, from)
      return bytes.subarray(0, read)
    } finally {
      await handle.close()
    }
  },

  async remove(file) {
    await unlink(file).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  },

  syncFolder,
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const diskFile = (handle: FileHandle): DiskFile => ({
  async write(bytes, position) {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  },
  sync: () => handle.datasync(),
  truncate: (length) => handle.truncate(length),
  close: () => handle.close(),
})

async function readWhole(handle: FileHandle, bytes: Buffer, from: number): Promise<number> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done)
    if (bytesRead === 0) return done
    done += bytesRead
  }
  return bytes.length
}
