import path from 'node:path'
import { messageOf } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Disk } from './disk.ts'
import { type Found, scanFrames } from './scan-frames.ts'
import type { Segment } from './segment.ts'

interface ReaderOptions {
  readonly disk: Disk
  readonly folder: string
  /** Up to which record a generation is in the database. */
  readonly drained: (generation: string) => number
  readonly log: Logger
}

export interface ReadRecord {
  readonly number: number
  readonly takenAt: EpochMs
  readonly body: Uint8Array
}

/** What was loaded of a segment and not handed out yet. */
interface Window {
  readonly segment: Segment
  from: number
  to: number
  frames: Iterator<Found, void>
}

/** Hands out the records of segments in their order, and puts aside what is damaged. */
export class SegmentReader {
  readonly #options: ReaderOptions
  #window: Window | undefined
  /** By generation, the record read last. */
  readonly #last = new Map<string, number>()
  #isAfterDamage = false
  #damaged = 0

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Stretches of bytes that were put aside, and gaps where records are missing. */
  get damaged(): number {
    return this.#damaged
  }

  /** The next record of a segment; undefined when there is none now. */
  async next(segment: Segment): Promise<ReadRecord | undefined> {
    const window = (this.#window =
      this.#window?.segment === segment ? this.#window : blankWindow(segment))
    for (;;) {
      const found = window.frames.next()
      if (found.done === true) {
        if (window.to >= segment.length) return undefined
        await this.#load(window)
        continue
      }
      const { value } = found
      if (value.type !== 'record') {
        const to = value.type === 'torn' ? window.to - window.from : value.to
        await this.#keepStretch(segment, window.from + value.from, window.from + to)
      } else if (this.#isWanted(segment, value.head.number)) {
        return { number: value.head.number, takenAt: value.head.takenAt, body: value.body }
      }
    }
  }

  /** Keeps a record that could not be understood. */
  async putAside(segment: Segment, { number, body }: ReadRecord): Promise<void> {
    await this.#keep(segment, `record-${number}`, body)
  }

  async #keepStretch(segment: Segment, from: number, to: number): Promise<void> {
    const { disk, folder } = this.#options
    const bytes = await disk.read(path.join(folder, segment.name), from, to)
    this.#isAfterDamage = true
    await this.#keep(segment, `byte-${from}`, bytes.subarray(0, to - from))
  }

  /** In a file of its own; where that fails, the whole segment stays. */
  async #keep(segment: Segment, place: string, bytes: Uint8Array): Promise<void> {
    const { disk, folder, log } = this.#options
    const { name } = segment
    const file = path.join(folder, `${name}.${place}.damaged`)
    this.#damaged += 1
    log.error({ segment: name, bytes: bytes.length, file }, 'a part of the spool is damaged')
    try {
      const aside = await disk.create(file)
      await aside.write(bytes, 0)
      await aside.sync()
      await aside.close()
      await disk.syncFolder(folder)
    } catch (error) {
      // An earlier start has put it aside already.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
      segment.isKept = true
      log.error({ segment: name, reason: messageOf(error) }, 'the damaged segment stays in place')
    }
  }

  async #load(window: Window): Promise<void> {
    const { disk, folder } = this.#options
    const { segment, to } = window
    const { length } = segment
    const bytes = await disk.read(path.join(folder, segment.name), to, length)
    window.from = to
    window.to = length
    window.frames = scanFrames(bytes, segment.seed)
    if (bytes.length < length - to) {
      this.#damaged += 1
      const detail = { segment: segment.name, expected: length, found: to + bytes.length }
      this.#options.log.error(detail, 'a segment of the spool is shorter than it was')
    }
  }

  /** Neither in the database already nor written again in a later segment. */
  #isWanted({ generation, name, end }: Segment, number: number): boolean {
    const { drained, log } = this.#options
    const before = this.#last.get(generation) ?? drained(generation)
    if (number > before + 1 && !this.#isAfterDamage) {
      this.#damaged += 1
      const missing = { from: before + 1, to: number - 1 }
      log.error({ segment: name, ...missing }, 'records of the spool are missing')
    }
    this.#isAfterDamage = false
    if (number <= before || number >= end) return false
    this.#last.set(generation, number)
    return true
  }
}

const blankWindow = (segment: Segment): Window => ({
  segment,
  from: 0,
  to: 0,
  frames: scanFrames(Buffer.alloc(0), segment.seed),
})
