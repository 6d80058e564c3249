import type { Client } from 'pg'
import type { Commit, CommitOutcome } from '#model/commit.ts'
import { messageOf } from '#model/error.ts'
import { KINDS } from '#model/kinds.ts'
import type { Logger } from '#runtime/logger.ts'
import { CHECK_VIOLATION, sqlState, UNIQUE_VIOLATION } from '#store/database-error.ts'
import type { CaseRules } from './case-book.ts'
import { writeEpisodeChanges } from './episode-changes.ts'
import { writeListened } from './listened.ts'
import type { PartitionGuard } from './partition-guard.ts'
import { Pipeline } from './pipeline.ts'
import { writeQuarantineChanges } from './quarantine-changes.ts'
import { ReadingBatch } from './reading-batch.ts'
import { writeSpoolMark } from './spool-mark.ts'

/** After readings that were there already, so many commits look for more before they trust again. */
const SUSPICION = 8

/**
 * Writes one commit in one transaction.
 *
 * A commit of readings alone is one round trip: the fence, the binary COPY of each kind and COMMIT
 * go out together. Only when a reading is there already is the batch done again through staging
 * tables, which count the duplicates.
 */
export class CommitWriter {
  readonly #partitions: PartitionGuard | null
  readonly #rules: CaseRules
  readonly #log: Logger
  readonly #batch = new ReadingBatch(KINDS)
  #suspicion = 0

  /** `partitions` is null where TimescaleDB makes them. */
  constructor(partitions: PartitionGuard | null, rules: CaseRules, log: Logger) {
    this.#partitions = partitions
    this.#rules = rules
    this.#log = log
  }

  /**
   * Resolves when it is committed. Rejects with an error of `pg`, or one of ours, and leaves it to
   * the caller to end what was begun.
   */
  async write(client: Client, epoch: number, commit: Commit): Promise<CommitOutcome> {
    this.#batch.encode(commit, this.#partitions)
    await this.#partitions?.provide(client)
    const isSuspicious = this.#suspicion > 0
    if (isSuspicious) this.#suspicion -= 1
    try {
      return isSuspicious
        ? await this.#writeStaged(client, epoch, commit)
        : await this.#writeDirect(client, epoch, commit)
    } catch (error) {
      return await this.#writeAgain(client, epoch, commit, error)
    }
  }

  /** Two faults are not the batch's: a reading is there already, a partition is not. */
  async #writeAgain(
    client: Client,
    epoch: number,
    commit: Commit,
    error: unknown,
  ): Promise<CommitOutcome> {
    if (isRepeatedReading(error)) {
      await client.query('ROLLBACK')
    } else if (isMissingPartition(error)) {
      await client.query('ROLLBACK')
      this.#log.info({ reason: messageOf(error) }, 'a partition is gone; looking again')
      this.#partitions?.forget()
      this.#batch.encode(commit, this.#partitions)
      await this.#partitions?.provide(client)
    } else {
      throw error
    }
    return await this.#writeStaged(client, epoch, commit)
  }

  async #writeDirect(client: Client, epoch: number, commit: Commit): Promise<CommitOutcome> {
    const counts = { stored: commit.readings.length, duplicates: 0 }
    if (isReadingsOnly(commit)) {
      const outcome = { ...counts, cases: [] }
      const opening = begin(epoch, commit, outcome)
      await this.#send(client, [...opening, ...this.#batch.direct(), 'COMMIT'])
      return outcome
    }
    await this.#send(client, [...begin(epoch, commit), ...this.#batch.direct()])
    return await this.#finish(client, commit, counts)
  }

  async #writeStaged(client: Client, epoch: number, commit: Commit): Promise<CommitOutcome> {
    const tags = await this.#send(client, [...begin(epoch, commit), ...this.#batch.staged()])
    const stored = tags
      .slice(tags.length - this.#batch.tables)
      .reduce((sum, tag) => sum + insertedRows(tag), 0)
    const duplicates = commit.readings.length - stored
    if (duplicates > 0) this.#suspicion = SUSPICION
    return await this.#finish(client, commit, { stored, duplicates })
  }

  /** Everything but readings and new rejections, then the outcome and COMMIT. */
  async #finish(
    client: Client,
    commit: Commit,
    counts: Omit<CommitOutcome, 'cases'>,
  ): Promise<CommitOutcome> {
    await writeQuarantineChanges(client, commit)
    const cases = await writeEpisodeChanges(client, commit, this.#rules)
    await writeListened(client, commit)
    await writeSpoolMark(client, commit)
    const outcome: CommitOutcome = { ...counts, cases }
    // As a value: `escapeLiteral` puts it together character by character, and a thousand cases are 4 MB.
    await client.query('UPDATE ingest_writer SET last_outcome = $1 WHERE id = 1', [
      JSON.stringify(outcome),
    ])
    await client.query('COMMIT')
    return outcome
  }

  async #send(client: Client, statements: readonly string[]): Promise<readonly string[]> {
    return await client.query(new Pipeline(statements, this.#batch.data())).done
  }
}

function begin(epoch: number, commit: Commit, outcome?: CommitOutcome): readonly string[] {
  const text = JSON.stringify(outcome ?? {})
  return ['BEGIN', `SELECT begin_ingest_commit(${epoch}, ${commit.number}, '${text}')`]
}

/** So that a direct COPY is all there is to write. */
const isReadingsOnly = ({ resolved, rejections, episodes, listened, fromSpool }: Commit): boolean =>
  listened === null &&
  fromSpool === undefined &&
  resolved.length === 0 &&
  episodes.length === 0 &&
  rejections.every(({ replayOf }) => replayOf === null)

/** Of the direct way: a rejection can be there already too, when it comes out of the spool. */
const isRepeatedReading = (error: unknown): boolean => sqlState(error) === UNIQUE_VIOLATION

const isMissingPartition = (error: unknown): boolean =>
  sqlState(error) === CHECK_VIOLATION &&
  (error as { routine?: string }).routine === 'ExecFindPartition'

const insertedRows = (tag: string): number => Number(/^INSERT 0 (\d+)$/.exec(tag)?.[1] ?? 0)
