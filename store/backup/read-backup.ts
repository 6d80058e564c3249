import { createReadStream } from 'node:fs'
import { createZstdDecompress } from 'node:zlib'
import { isWanmiError, messageOf } from '#model/error.ts'
import type { BackupHead, BackupSummary, TableEnd } from './backup-document.ts'
import { isFileError } from './file-error.ts'
import { damaged, type Frame, readFrames } from './frames.ts'

/** A backup that is being read: what it says of itself, and what follows. */
export interface OpenBackup {
  readonly head: BackupHead
  readonly frames: AsyncGenerator<Frame>
}

/** @throws Rejected `invalid-input` when it is no backup, or one of another format */
export async function openBackup(file: string): Promise<OpenBackup> {
  const frames = readFrames(unpacked(file))
  const first = await frames.next()
  const frame = first.done === true ? undefined : first.value
  if (frame?.type !== 'note' || !('wanmi' in frame.note)) throw damaged('it does not begin as one')
  if ((frame.note.format as number) !== 1) throw damaged('a newer Wanmi made it')
  return { head: frame.note, frames }
}

async function* unpacked(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file)
  const plain = source.pipe(createZstdDecompress())
  source.once('error', (error) => plain.destroy(error))
  try {
    for await (const piece of plain) yield piece as Buffer
  } catch (error) {
    if (isWanmiError(error) || isFileError(error)) throw error
    throw damaged(messageOf(error), error)
  } finally {
    source.destroy()
  }
}

/**
 * Reads a backup to its end and proves it whole, without a database.
 *
 * @throws Rejected `invalid-input` when it is not
 */
export async function checkBackup(file: string): Promise<BackupSummary> {
  const { head, frames } = await openBackup(file)
  const ends: TableEnd[] = []
  let rows = 0
  for await (const frame of frames) {
    if (frame.type === 'rows') continue
    if ('table' in frame.note) ends.push(frame.note)
    else if ('end' in frame.note) rows = frame.note.rows
  }
  if (ends.map(({ table }) => table).join() !== head.tables.map(({ name }) => name).join()) {
    throw damaged('tables are missing')
  }
  return { takenAt: head.takenAt, tables: ends, rows }
}
