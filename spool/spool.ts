import path from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { messageOf, Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Disk, realDisk } from './disk.ts'
import { HEAD_BYTES, MAGIC } from './frame.ts'
import { isSegmentName, type Segment, surveySegment } from './segment.ts'
import { SegmentReader } from './segment-reader.ts'
import { SegmentWriter } from './segment-writer.ts'

export interface SpoolOptions {
  /** Of the database that it is for. */
  readonly folder: string
  /** Most bytes on the disk. */
  readonly maxBytes: number
  /** Up to which record each generation is in the database; 0 for one it does not know. */
  readonly drained: (generation: string) => number
  readonly log: Logger
  readonly disk?: Disk
}

/** A record of the spool: what it holds is the caller's. */
export interface SpoolRecord {
  /** Of the process that wrote it, a UUID. */
  readonly generation: string
  readonly number: number
  readonly takenAt: EpochMs
  readonly body: Uint8Array
}

const SEGMENT_BYTES = 16 * 1_024 * 1_024
/** So that a small spool gives room back before all of it is drained. */
const SEGMENTS_LEAST = 8

/**
 * An append-only queue on the disk. A record counts once it is synced; it goes when it is released,
 * with its segment. Segments of processes before this one come first and are never written to.
 */
export class Spool {
  readonly #options: SpoolOptions
  readonly #disk: Disk
  readonly #writer: SegmentWriter
  readonly #reader: SegmentReader
  readonly #origins = new WeakMap<SpoolRecord, Segment>()
  readonly generation = uuidv7()
  /** Oldest first. */
  #segments: Segment[] = []
  #turn: Promise<unknown> = Promise.resolve()
  #appending = 0

  private constructor(options: SpoolOptions) {
    const { folder, maxBytes, log, disk = realDisk } = options
    this.#options = options
    this.#disk = disk
    const segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS_LEAST))
    const { generation } = this
    this.#writer = new SegmentWriter({ disk, folder, generation, segmentBytes, log })
    this.#reader = new SegmentReader({ ...options, disk })
  }

  /**
   * Opens the folder with all that waits in it.
   *
   * @throws Rejected `data-directory` where the folder cannot be read, or another version of Wanmi
   *   has written what is in it
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options)
    try {
      await spool.#disk.makeFolder(options.folder)
      await spool.#survey()
      return spool
    } catch (error) {
      if (error instanceof Rejected) throw error
      throw unusable(options.folder, messageOf(error), error)
    }
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  /** On the disk, drained records of a segment included until all of it is drained. */
  get bytes(): number {
    return this.#segments.reduce((sum, { length }) => sum + length, 0)
  }

  /** Records not released. */
  get records(): number {
    return this.#segments.reduce((sum, { waiting }) => sum + waiting, 0)
  }

  /** Since when the oldest of them has waited; null when none does. */
  get oldestAt(): EpochMs | null {
    return this.#segments.find(({ waiting }) => waiting > 0)?.oldestAt ?? null
  }

  /** Stretches of bytes that were put aside, and gaps where records are missing. */
  get damaged(): number {
    return this.#reader.damaged
  }

  /** Nothing waits, and nothing is being written. */
  get isEmpty(): boolean {
    return this.#segments.length === 0 && this.#appending === 0
  }

  /**
   * Adds a record and resolves when it is safe; undefined when there is no room for it.
   *
   * @throws Unavailable when the disk does not take it
   */
  async append(body: Uint8Array, takenAt: EpochMs): Promise<SpoolRecord | undefined> {
    this.#appending += 1
    try {
      return await this.#alone(() => this.#append(body, takenAt))
    } finally {
      this.#appending -= 1
    }
  }

  /** The next record that was not handed out; undefined when there is none now. */
  async next(): Promise<SpoolRecord | undefined> {
    for (;;) {
      const segment = this.#segments.find(({ isRead }) => !isRead)
      if (!segment) return undefined
      const found = await this.#reader.next(segment)
      if (found) {
        const record = { generation: segment.generation, ...found }
        this.#origins.set(record, segment)
        return record
      }
      if (segment === this.#writer.active) return undefined
      segment.isRead = true
      await this.#alone(() => this.#dropDrained())
    }
  }

  /** These are in the database, with the mark that says so. */
  async release(records: readonly SpoolRecord[]): Promise<void> {
    for (const record of records) {
      const segment = this.#origins.get(record)
      if (!segment) continue
      segment.waiting -= 1
      segment.oldestAt = record.takenAt
    }
    await this.#alone(() => this.#dropDrained())
  }

  /** Keeps a record that its caller cannot understand in a file of its own. */
  async putAside(record: SpoolRecord): Promise<void> {
    const segment = this.#origins.get(record)
    if (segment) await this.#reader.putAside(segment, record)
  }

  async close(): Promise<void> {
    await this.#alone(() => this.#writer.seal())
  }

  async #survey(): Promise<void> {
    const { folder, drained } = this.#options
    const files = (await this.#disk.list(folder)).filter(({ name }) => isSegmentName(name))
    for (const { name, bytes } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const content = await this.#disk.read(path.join(folder, name), 0, bytes)
      const generation = name.slice(0, this.generation.length)
      const segment = surveySegment(name, content, drained(generation))
      if (segment.last === 0) refuseOtherVersion(folder, name, content)
      const before = this.#segments.filter((other) => other.generation === generation)
      for (const other of before) cutAt(other, segment.first)
      this.#segments.push(segment)
    }
  }

  async #append(body: Uint8Array, takenAt: EpochMs): Promise<SpoolRecord | undefined> {
    if (this.bytes + HEAD_BYTES + body.length > this.#options.maxBytes) return undefined
    const { segment, number } = await this.#writer.append(body, takenAt)
    if (!this.#segments.includes(segment)) this.#segments.push(segment)
    return { generation: this.generation, number, takenAt, body }
  }

  async #dropDrained(): Promise<void> {
    for (const segment of this.#segments) {
      const isActive = segment === this.#writer.active
      if (segment.waiting > 0 || (!segment.isRead && !isActive)) continue
      if (isActive) await this.#writer.seal()
      this.#segments = this.#segments.filter((other) => other !== segment)
      if (!segment.isKept) await this.#remove(segment)
    }
  }

  async #remove({ name }: Segment): Promise<void> {
    const { folder, log } = this.#options
    try {
      await this.#disk.remove(path.join(folder, name))
    } catch (error) {
      // The next start finds by the mark in the database that it is drained.
      log.warn({ segment: name, reason: messageOf(error) }, 'a drained segment cannot be removed')
    }
  }

  /** One at a time: what is appended to is not dropped meanwhile. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

/** A record that was written again in a later segment was never acknowledged in this one. */
function cutAt(segment: Segment, end: number): void {
  if (end > segment.last) return
  segment.waiting = Math.max(0, segment.waiting - (segment.last - end + 1))
  segment.end = end
  segment.last = end - 1
}

function refuseOtherVersion(folder: string, name: string, content: Buffer): void {
  const begins = content.toString('latin1', 0, MAGIC.length)
  if (!/^WSP[0-9]$/.test(begins) || begins === MAGIC.toString('latin1')) return
  throw unusable(
    folder,
    `${name} was written in format ${begins}, and this Wanmi reads ${MAGIC.toString('latin1')}: ` +
      'let the version that wrote it drain it first',
  )
}

const unusable = (folder: string, why: string, cause?: unknown): Rejected =>
  new Rejected('data-directory', `the spool ${folder} cannot be used: ${why}`, {
    detail: { path: folder },
    cause,
  })
