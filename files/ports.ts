import type { Readable } from 'node:stream'
import type { Attachment } from '#model/attachment.ts'
import type { EpochMs } from '#model/time.ts'

/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** A place for files, each under the id of its attachment. What cannot be done is Unavailable. */
export interface FileStore {
  /** Where it keeps them, for a log line; without secrets. */
  readonly location: string
  /**
   * Writes a whole file. When it resolves the bytes are kept whatever happens; when it rejects, with
   * what `pieces` threw or Unavailable, nothing of them is left that {@link remove} would not find.
   */
  write(id: string, mediaType: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** @throws Rejected('not-found') when the file is gone */
  read(id: string, range?: ByteRange): Promise<Readable>
  /** Removes the file and what a broken upload has left of it; that there is none is no fault. */
  remove(id: string): Promise<void>
  /** Resolves when files can be kept there. @throws Rejected or Unavailable saying why not */
  check(): Promise<void>
}

/** What is known of attachments, in the database. */
export interface AttachmentRows {
  /** A file of that id may exist from now on though no attachment stands for it. */
  begin(id: string, at: EpochMs): Promise<void>
  /** The file is whole: its attachment stands for it. False when it was given up meanwhile. */
  add(attachment: Attachment): Promise<boolean>
  forget(ids: readonly string[]): Promise<void>
  looseSince(before: EpochMs, limit: number): Promise<readonly string[]>
  giveUp(before: EpochMs, limit: number): Promise<number>
}
