import { messageOf } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import { PendingBatch } from './pending-batch.ts'
import type { Registry, Spool, SpoolRecord } from './ports.ts'
import { readRecord } from './read-spool-record.ts'

/** Records that are committed together. */
export interface Chunk {
  /** In their order, never none. */
  readonly records: readonly SpoolRecord[]
  readonly batch: PendingBatch
  /** On the disk. */
  readonly bytes: number
}

interface ChunkOptions {
  readonly spool: Spool
  readonly registry: Registry
  readonly batchMaxMessages: number
  /** Of a record that is being committed otherwise: it is a chunk of its own. */
  readonly isUnderWay: (record: SpoolRecord) => boolean
  readonly log: Logger
}

/**
 * Between records of one chunk no more may lie: after a longer time in which nothing was taken, not
 * even notice of the time, it counts that nobody listened.
 */
const GAP_MS = 10_000
const CHUNK_BYTES_MAX = 8 * 1_024 * 1_024

/** Makes commits of a good size out of the records of a spool: under little load those are small. */
export class SpoolChunks {
  readonly #options: ChunkOptions
  /** Read, and not part of the last chunk. */
  #held: SpoolRecord | undefined

  constructor(options: ChunkOptions) {
    this.#options = options
  }

  /** The next records; undefined when none wait now. */
  async next(): Promise<Chunk | undefined> {
    const { spool, isUnderWay } = this.#options
    const first = this.#held ?? (await spool.next())
    this.#held = undefined
    if (!first) return undefined
    const batch = new PendingBatch()
    const records = [first]
    let bytes = first.body.length
    if (!isUnderWay(first)) {
      await this.#read(first, batch)
      for (;;) {
        const record = await spool.next()
        if (!record) break
        if (!this.#fits(record, records.at(-1) as SpoolRecord, batch, bytes)) {
          this.#held = record
          break
        }
        await this.#read(record, batch)
        records.push(record)
        bytes += record.body.length
      }
    }
    const { generation, number } = records.at(-1) as SpoolRecord
    const takenAt = ascending(records.map((record) => record.takenAt))
    batch.fromSpool = { generation, record: number, takenAt }
    return { records, batch, bytes }
  }

  #fits(record: SpoolRecord, last: SpoolRecord, batch: PendingBatch, bytes: number): boolean {
    return (
      !this.#options.isUnderWay(record) &&
      batch.size < this.#options.batchMaxMessages / 2 &&
      batch.readings.length < this.#options.batchMaxMessages / 2 &&
      bytes + record.body.length <= CHUNK_BYTES_MAX &&
      record.generation === last.generation &&
      record.takenAt - last.takenAt <= GAP_MS
    )
  }

  async #read(record: SpoolRecord, batch: PendingBatch): Promise<void> {
    const { spool, registry, log } = this.#options
    try {
      readRecord(
        Buffer.from(record.body.buffer, record.body.byteOffset, record.body.length),
        registry,
        batch,
      )
    } catch (error) {
      batch.undo()
      log.error({ record: record.number, reason: messageOf(error) }, 'a record cannot be read')
      await spool.putAside(record)
    }
  }
}

/** Our clock may have been put back meanwhile. */
const ascending = (instants: readonly EpochMs[]): readonly EpochMs[] =>
  instants.toSorted((a, b) => a - b)
