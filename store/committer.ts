import type { CaseWorld } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { Commit, CommitOutcome } from '#model/commit.ts'
import { Broken } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { CaseNumbers } from './commit/case-number.ts'
import { CommitWriter } from './commit/commit-writer.ts'
import { PartitionGuard } from './commit/partition-guard.ts'
import {
  FENCED,
  fenced,
  type LastCommit,
  OUT_OF_TURN,
  WriterConnection,
} from './commit/writer-connection.ts'
import type { Database } from './database.ts'
import { databaseError, sqlState } from './database-error.ts'

export interface CommitterOptions {
  /** The city's: the date in a case number is its. */
  readonly timeZone: string
  readonly law: CaseLaw
  /** What the city has decided, at the moment of a commit. */
  readonly world: () => CaseWorld
  /** Longest a commit may take. */
  readonly timeoutMs: number
  /** How long a process that writes is given to hand over; it is shut out at once when absent. */
  readonly handoverWaitMs?: number
  /** Another process asks this one to hand over. */
  readonly onSuccessor?: () => void
}

/**
 * Makes this process the one that writes. An older one is asked to hand over first; when it has not
 * done so in time, it finds itself fenced at its next commit.
 *
 * @throws Unavailable `database-unavailable`
 */
export async function openCommitter(
  database: Pick<Database, 'connection' | 'timescale'>,
  options: CommitterOptions,
  log: Logger,
): Promise<Committer> {
  const { timeoutMs, handoverWaitMs = 0, onSuccessor } = options
  const connection = new WriterConnection(database.connection, timeoutMs, onSuccessor)
  try {
    const waited = await awaitPredecessor(connection, handoverWaitMs, log)
    const last = await connection.takeOver()
    if (waited) log.info({ epoch: connection.epoch }, 'this process writes now')
    const { law, world, timeZone } = options
    const caseRules = { law, world, numbers: new CaseNumbers(timeZone) }
    const partitions = database.timescale ? null : new PartitionGuard()
    return new Committer(connection, last, new CommitWriter(partitions, caseRules, log))
  } catch (error) {
    connection.destroy()
    throw databaseError(error)
  }
}

/** Whether there was one. */
async function awaitPredecessor(
  connection: WriterConnection,
  patienceMs: number,
  log: Logger,
): Promise<boolean> {
  if (patienceMs === 0) return false
  const begunAt = performance.now()
  const came = await connection.awaitPredecessor(patienceMs)
  const waited_ms = Math.round(performance.now() - begunAt)
  if (came === 'alone') return false
  if (came === 'released') log.info({ waited_ms }, 'the process that ran has handed over')
  else log.warn({ waited_ms }, 'the process that runs does not hand over and is shut out')
  return true
}

/** Writes commits, one at a time, each once. */
class Committer {
  readonly #connection: WriterConnection
  readonly #writer: CommitWriter
  #last: LastCommit
  #turn: Promise<unknown> = Promise.resolve()

  constructor(connection: WriterConnection, last: LastCommit, writer: CommitWriter) {
    this.#connection = connection
    this.#last = last
    this.#writer = writer
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
      const outcome = await this.#connection.run(
        this.#writer.write(client, this.#connection.epoch, commit),
      )
      this.#last = { number: commit.number, outcome }
      return outcome
    } catch (error) {
      await this.#connection.rollBack(error)
      // Then what we know of the last commit is wrong: look again on a new connection.
      if (sqlState(error) === OUT_OF_TURN) this.#connection.destroy()
      throw sqlState(error) === FENCED ? fenced(error) : databaseError(error)
    }
  }
}

export type { Committer }

const outOfTurn = (commit: Commit, last: LastCommit): Broken =>
  new Broken('internal', `commit ${commit.number} does not follow commit ${last.number}`, {
    detail: { number: commit.number, lastNumber: last.number },
  })
