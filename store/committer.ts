import type { Client } from 'pg'
import type { CaseEvent, Commit, CommitOutcome } from '#model/commit.ts'
import { Broken, messageOf } from '#model/error.ts'
import { KINDS } from '#model/kinds.ts'
import type { Logger } from '#runtime/logger.ts'
import { writeEpisodeChanges } from './commit/episode-changes.ts'
import { PartitionGuard } from './commit/partition-guard.ts'
import { Pipeline } from './commit/pipeline.ts'
import { writeQuarantineChanges } from './commit/quarantine-changes.ts'
import { ReadingBatch } from './commit/reading-batch.ts'
import {
  FENCED,
  fenced,
  type LastCommit,
  OUT_OF_TURN,
  WriterConnection,
} from './commit/writer-connection.ts'
import type { Database } from './database.ts'
import { CHECK_VIOLATION, databaseError, sqlState, UNIQUE_VIOLATION } from './database-error.ts'

export interface CommitterOptions {
  /** The city's: the date in a case number is its. */
  readonly timeZone: string
  /** Longest a commit may take. */
  readonly timeoutMs: number
}

/** After readings that were there already, so many commits look for more before they trust again. */
const SUSPICION = 8

/**
 * Makes this process the one that writes: an older one finds itself fenced at its next commit.
 *
 * @throws Unavailable `database-unavailable`
 */
export async function openCommitter(
  database: Pick<Database, 'connection' | 'timescale'>,
  options: CommitterOptions,
  log: Logger,
): Promise<Committer> {
  const connection = new WriterConnection(database.connection, options.timeoutMs)
  try {
    const last = await connection.takeOver()
    return new Committer(connection, last, database.timescale, options, log)
  } catch (error) {
    connection.destroy()
    throw databaseError(error)
  }
}

/**
 * Writes commits, one at a time, each in one transaction.
 *
 * A commit of readings alone is one round trip: the fence, the binary COPY of each kind and COMMIT
 * go out together. Only when a reading is there already is the batch done again through staging
 * tables, which count the duplicates.
 */
class Committer {
  readonly #connection: WriterConnection
  readonly #options: CommitterOptions
  readonly #log: Logger
  readonly #batch = new ReadingBatch(KINDS)
  readonly #partitions: PartitionGuard | null
  #last: LastCommit
  #suspicion = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    connection: WriterConnection,
    last: LastCommit,
    timescale: boolean,
    options: CommitterOptions,
    log: Logger,
  ) {
    this.#connection = connection
    this.#last = last
    this.#partitions = timescale ? null : new PartitionGuard()
    this.#options = options
    this.#log = log
  }

  /** Of the last commit known to be written. */
  get lastNumber(): number {
    return this.#last.number
  }

  /**
   * Writes a commit, or finds that it was written before and says what came of it then: a commit
   * whose answer was lost may be given again, under the same number, as often as needed.
   *
   * @throws Unavailable `database-unavailable`: give the same commit again later;
   *   Rejected `database-refused`: a value is at fault, nothing was written;
   *   Broken `database-fenced`: another process writes now
   */
  async commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = this.#turn.then(() => this.#settle(commit))
    this.#turn = outcome.catch(() => undefined)
    return await outcome
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#connection.close()
  }

  async #settle(commit: Commit): Promise<CommitOutcome> {
    try {
      const { client, lastCommit } = await this.#connection.open()
      if (lastCommit) this.#last = lastCommit
      if (this.#last.number === commit.number) return this.#last.outcome
      if (this.#last.number !== commit.number - 1) throw outOfTurn(commit, this.#last)
      const outcome = await this.#connection.run(this.#write(client, commit))
      this.#last = { number: commit.number, outcome }
      return outcome
    } catch (error) {
      await this.#connection.rollBack(error)
      // Then what we know of the last commit is wrong: look again on a new connection.
      if (sqlState(error) === OUT_OF_TURN) this.#connection.destroy()
      throw sqlState(error) === FENCED ? fenced(error) : databaseError(error)
    }
  }

  async #write(client: Client, commit: Commit): Promise<CommitOutcome> {
    this.#batch.encode(commit, this.#partitions)
    await this.#partitions?.provide(client)
    if (this.#suspicion > 0) {
      this.#suspicion -= 1
      return await this.#writeStaged(client, commit)
    }
    try {
      return await this.#writeDirect(client, commit)
    } catch (error) {
      return await this.#writeAgain(client, commit, error)
    }
  }

  /** Two faults of the direct way are not the batch's. */
  async #writeAgain(client: Client, commit: Commit, error: unknown): Promise<CommitOutcome> {
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
    return await this.#writeStaged(client, commit)
  }

  async #writeDirect(client: Client, commit: Commit): Promise<CommitOutcome> {
    const counts = { stored: commit.readings.length, duplicates: 0 }
    if (isReadingsOnly(commit)) {
      const outcome = { ...counts, cases: [] }
      const begin = this.#begin(commit, outcome)
      await this.#send(client, [...begin, ...this.#batch.direct(), 'COMMIT'])
      return outcome
    }
    await this.#send(client, [...this.#begin(commit), ...this.#batch.direct()])
    return await this.#finish(client, commit, counts)
  }

  async #writeStaged(client: Client, commit: Commit): Promise<CommitOutcome> {
    const tags = await this.#send(client, [...this.#begin(commit), ...this.#batch.staged()])
    const stored = tags.reduce((sum, tag) => sum + insertedRows(tag), 0)
    const duplicates = commit.readings.length - stored
    if (duplicates > 0) this.#suspicion = SUSPICION
    return await this.#finish(client, commit, { stored, duplicates })
  }

  /** Everything but readings and new rejections, then the outcome and COMMIT in one. */
  async #finish(
    client: Client,
    commit: Commit,
    counts: Omit<CommitOutcome, 'cases'>,
  ): Promise<CommitOutcome> {
    await writeQuarantineChanges(client, commit)
    const cases: readonly CaseEvent[] = await writeEpisodeChanges(
      client,
      commit,
      this.#options.timeZone,
    )
    const outcome: CommitOutcome = { ...counts, cases }
    const text = client.escapeLiteral(JSON.stringify(outcome))
    await client.query(
      `UPDATE ingest_writer SET last_outcome = ${text}::jsonb WHERE id = 1; COMMIT`,
    )
    return outcome
  }

  #begin(commit: Commit, outcome?: CommitOutcome): readonly string[] {
    const text = JSON.stringify(outcome ?? {})
    return [
      'BEGIN',
      `SELECT begin_ingest_commit(${this.#connection.epoch}, ${commit.number}, '${text}')`,
    ]
  }

  async #send(client: Client, statements: readonly string[]): Promise<readonly string[]> {
    return await client.query(new Pipeline(statements, this.#batch.data())).done
  }
}

export type { Committer }

/** So that a direct COPY is all there is to write. */
const isReadingsOnly = ({ resolved, rejections, episodes }: Commit): boolean =>
  resolved.length === 0 &&
  episodes.length === 0 &&
  rejections.every(({ replayOf }) => replayOf === null)

/** The direct way writes nothing else that could be there already. */
const isRepeatedReading = (error: unknown): boolean => sqlState(error) === UNIQUE_VIOLATION

const isMissingPartition = (error: unknown): boolean =>
  sqlState(error) === CHECK_VIOLATION &&
  (error as { routine?: string }).routine === 'ExecFindPartition'

const insertedRows = (tag: string): number => Number(/^INSERT 0 (\d+)$/.exec(tag)?.[1] ?? 0)

const outOfTurn = (commit: Commit, last: LastCommit): Broken =>
  new Broken('internal', `commit ${commit.number} does not follow commit ${last.number}`, {
    detail: { number: commit.number, lastNumber: last.number },
  })
