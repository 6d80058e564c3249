import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import type { CommitOutcome } from '#model/commit.ts'
import { Broken, isWanmiError, Unavailable } from '#model/error.ts'
import { databaseError, sqlState } from '#store/database-error.ts'

/** Raised by `begin_ingest_commit`. */
export const FENCED = 'WN001'
export const OUT_OF_TURN = 'WN002'

/** What the database says of the last commit. */
export interface LastCommit {
  readonly number: number
  readonly outcome: CommitOutcome
}

interface WriterRow {
  readonly epoch: number
  readonly last_number: number
  readonly last_outcome: CommitOutcome
}

/** On this channel a process says that it is there to take over; the payload is its name. */
const CHANNEL = 'wanmi_successor'
const LOOK_MS = 20

/** Past the server's own timeout the connection is taken for dead. */
const GRACE_MS = 2_000

/**
 * The one connection that writes readings. It is opened when needed, given up when an answer does
 * not come in time, and opened again by the next commit; what the server still runs on a connection
 * that was given up is ended first.
 */
export class WriterConnection {
  readonly #config: ClientConfig
  readonly #timeoutMs: number
  readonly #onSuccessor: () => void
  #client: Client | undefined
  #epoch: number | undefined

  /** `onSuccessor` hears, perhaps more than once, that another process wants to be the writer. */
  constructor(connection: ClientConfig, timeoutMs: number, onSuccessor = (): void => undefined) {
    this.#timeoutMs = timeoutMs
    this.#onSuccessor = onSuccessor
    this.#config = {
      ...connection,
      application_name: `${WRITER}${randomUUID()}`,
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs + GRACE_MS,
      connectionTimeoutMillis: 10_000,
    }
  }

  /** Rises each time another process becomes the writer. */
  get epoch(): number {
    if (this.#epoch === undefined) throw new Broken('internal', 'the writer was not opened')
    return this.#epoch
  }

  /**
   * Asks the process that writes to hand over, and waits until it has closed its connection, or for
   * so long. `alone`: there was none.
   */
  async awaitPredecessor(patienceMs: number): Promise<'alone' | 'released' | 'late'> {
    const client = await this.#connect()
    const name = this.#config.application_name
    const deadline = performance.now() + patienceMs
    // Of two that wait neither takes the other for the one that writes.
    await this.run(client.query('SET application_name = "wanmi successor"'))
    let came: 'alone' | 'released' | 'late' = 'alone'
    while ((await this.#others(client)) > 0) {
      if (performance.now() > deadline) {
        came = 'late'
        break
      }
      if (came === 'alone')
        await this.run(client.query('SELECT pg_notify($1, $2)', [CHANNEL, name]))
      came = 'released'
      await sleep(LOOK_MS)
    }
    await this.run(client.query('RESET application_name'))
    return came
  }

  /** Becomes the writer: whoever was it before can commit no more. */
  async takeOver(): Promise<LastCommit> {
    const client = this.#client ?? (await this.#connect())
    const { rows } = await this.run(
      client.query<WriterRow>(
        `UPDATE ingest_writer SET epoch = epoch + 1 WHERE id = 1
         RETURNING epoch, last_number, last_outcome`,
      ),
    )
    const row = writerRow(rows)
    this.#epoch = row.epoch
    return { number: row.last_number, outcome: row.last_outcome }
  }

  /** A connection that answers; `lastCommit` only when it was opened now. */
  async open(): Promise<{ readonly client: Client; readonly lastCommit: LastCommit | undefined }> {
    if (this.#client) return { client: this.#client, lastCommit: undefined }
    const client = await this.#connect()
    return { client, lastCommit: await this.readLastCommit(client) }
  }

  /** Waits for a commit that is still under way on a connection that was given up. */
  async readLastCommit(client: Client): Promise<LastCommit> {
    const { rows } = await this.run(
      client.query<WriterRow>(
        'SELECT epoch, last_number, last_outcome FROM ingest_writer WHERE id = 1 FOR UPDATE',
      ),
    )
    const row = writerRow(rows)
    if (row.epoch !== this.epoch) throw fenced()
    return { number: row.last_number, outcome: row.last_outcome }
  }

  /** Waits for an answer, but not for ever: the connection is destroyed when none comes. */
  async run<Answer>(answer: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Unavailable('database-unavailable', 'the database did not answer in time', {
            detail: { timeoutMs: this.#timeoutMs },
          }),
        )
        this.destroy()
      }, this.#timeoutMs + GRACE_MS)
    })
    try {
      return await Promise.race([answer, silence])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Undoes an open transaction after an error of the server; gives up a connection that is lost. */
  async rollBack(cause: unknown): Promise<void> {
    const client = this.#client
    if (!client) return
    if (isLost(cause)) {
      this.destroy()
      return
    }
    try {
      await this.run(client.query('ROLLBACK'))
    } catch {
      this.destroy()
    }
  }

  /** Cuts the connection without a word. */
  destroy(): void {
    const client = this.#client
    this.#client = undefined
    if (client) streamOf(client).destroy()
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    if (client) await this.run(client.end())
  }

  async #others(client: Client): Promise<number> {
    const answer = client.query<{ others: number }>(COUNT_WRITERS, [this.#config.application_name])
    const { rows } = await this.run(answer)
    return rows[0]?.others ?? 0
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config)
    const gone = (): void => {
      if (this.#client === client) this.#client = undefined
    }
    client.on('error', gone)
    client.on('end', gone)
    client.on('notification', ({ payload }) => {
      if (payload !== this.#config.application_name) this.#onSuccessor()
    })
    try {
      await client.connect()
      this.#client = client
      await this.run(client.query(END_LEFTOVERS, [this.#config.application_name]))
      await this.run(client.query(`LISTEN ${CHANNEL}`))
      return client
    } catch (error) {
      this.destroy()
      throw databaseError(error)
    }
  }
}

const WRITER = 'wanmi writer '

const COUNT_WRITERS = `
  SELECT count(*)::integer AS others FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE '${WRITER}%'
    AND application_name <> $1`

const END_LEFTOVERS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = $1 AND pid <> pg_backend_pid()`

export const fenced = (cause?: unknown): Broken =>
  new Broken('database-fenced', 'another Wanmi process writes to this database now', { cause })

/** An error of the socket, or one after which the server closes it (classes 08 and 57). */
const isLost = (error: unknown): boolean =>
  !isWanmiError(error) && /^(?:08|57|none)/.test(sqlState(error) ?? 'none')

function writerRow(rows: readonly WriterRow[]): WriterRow {
  const row = rows[0]
  if (!row) throw new Broken('internal', 'the table ingest_writer has lost its row')
  return row
}

/** `pg` has no public way to cut a connection at once; its `end` waits for the server. */
const streamOf = (client: Client): { destroy(): void } =>
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream
