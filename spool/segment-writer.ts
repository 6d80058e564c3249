import path from 'node:path'
import { messageOf, Unavailable } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Disk, DiskFile } from './disk.ts'
import { frame } from './frame.ts'
import { blankSegment, note, type Segment, segmentName } from './segment.ts'

interface WriterOptions {
  readonly disk: Disk
  readonly folder: string
  readonly generation: string
  /** A segment of this length is closed. */
  readonly segmentBytes: number
  readonly log: Logger
}

/**
 * Appends records to segments of its own generation, one at a time, each on the disk before it is
 * counted. After a write or a sync that failed nobody knows what of it is on the disk, and a second
 * sync would say yes whatever was lost: the segment is never written to again.
 */
export class SegmentWriter {
  readonly #options: WriterOptions
  #active: { readonly segment: Segment; readonly file: DiskFile } | undefined
  #index = 0
  #number = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** The segment that is written to. */
  get active(): Segment | undefined {
    return this.#active?.segment
  }

  /**
   * @returns the segment that the record is in, and its number
   * @throws Unavailable `disk-full` or `storage-unavailable`; then the record may not be relied on
   */
  async append(
    body: Uint8Array,
    takenAt: EpochMs,
  ): Promise<{ readonly segment: Segment; readonly number: number }> {
    const { segmentBytes } = this.#options
    try {
      const { segment, file } = (this.#active ??= await this.#begin())
      const number = this.#number + 1
      const bytes = frame(body, number, takenAt, segment.seed)
      await file.write(bytes, segment.length)
      await file.sync()
      this.#number = number
      segment.length += bytes.length
      note(segment, number, takenAt)
      if (segment.length >= segmentBytes) await this.seal()
      return { segment, number }
    } catch (error) {
      await this.#abandon()
      throw diskError(this.#options.folder, error)
    }
  }

  /** Ends the segment that is written to; the next record begins another. */
  async seal(): Promise<void> {
    const active = this.#active
    this.#active = undefined
    // All of it is on the disk: what closing says is no matter.
    await active?.file.close().catch((error: unknown) => this.#warn(active.segment, error))
  }

  async #begin(): Promise<{ readonly segment: Segment; readonly file: DiskFile }> {
    const { disk, folder, generation } = this.#options
    this.#index += 1
    const segment = blankSegment(segmentName(generation, this.#index))
    const file = await disk.create(path.join(folder, segment.name))
    try {
      await disk.syncFolder(folder)
    } catch (error) {
      await file.close().catch((error: unknown) => this.#warn(segment, error))
      await this.#remove(segment)
      throw error
    }
    return { segment, file }
  }

  /** What was cut off here is passed over at the next start as well, but looks less alarming. */
  async #abandon(): Promise<void> {
    const active = this.#active
    this.#active = undefined
    if (!active) return
    const { segment, file } = active
    await file.truncate(segment.length).catch((error: unknown) => this.#warn(segment, error))
    await file.close().catch((error: unknown) => this.#warn(segment, error))
    if (segment.last === 0) await this.#remove(segment)
  }

  /** While the disk is full each try would leave one. */
  async #remove(segment: Segment): Promise<void> {
    const { disk, folder } = this.#options
    const file = path.join(folder, segment.name)
    await disk.remove(file).catch((error: unknown) => this.#warn(segment, error))
  }

  #warn({ name }: Segment, error: unknown): void {
    const { log } = this.#options
    log.warn({ segment: name, reason: messageOf(error) }, 'a segment of the spool ends badly')
  }
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']

function diskError(folder: string, error: unknown): Unavailable {
  const isFull = FULL.includes((error as NodeJS.ErrnoException).code ?? '')
  const reason = messageOf(error)
  return isFull
    ? new Unavailable('disk-full', `the disk that holds ${folder} is full`, { cause: error })
    : new Unavailable(
        'storage-unavailable',
        `the spool in ${folder} cannot be written: ${reason}`,
        {
          cause: error,
        },
      )
}
