import type { Pool } from 'pg'
import { validate as isUuid, v7 as uuidv7 } from 'uuid'
import { COMMAND_PREDECESSORS, type Command, type CommandState } from '#model/command.ts'
import { Rejected } from '#model/error.ts'
import { type DurationMs, type EpochMs, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'

export interface NewCommand {
  readonly deviceId: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly expiresIn: DurationMs
  /** UUID of the caller's own: the same command queued again changes nothing. */
  readonly id?: string | undefined
}

export interface CommandFilter extends PageRequest {
  readonly deviceId: string
  readonly state?: CommandState | undefined
}

interface CommandRow {
  readonly id: string
  readonly device_id: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly state: CommandState
  readonly created_at: EpochMs
  readonly expires_at: EpochMs
  readonly sent_at: EpochMs | null
  readonly acknowledged_at: EpochMs | null
  readonly finished_at: EpochMs | null
  readonly result: unknown
}

const COLUMNS =
  'id, device_id, name, args, state, created_at, expires_at, sent_at, acknowledged_at, ' +
  'finished_at, result'

const toCommand = (row: CommandRow): Command => ({
  id: row.id,
  deviceId: row.device_id,
  name: row.name,
  args: row.args,
  state: row.state,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  sentAt: row.sent_at,
  acknowledgedAt: row.acknowledged_at,
  finishedAt: row.finished_at,
  result: row.result,
})

/** As the index of unfinished commands spells it. */
const UNFINISHED = COMMAND_PREDECESSORS.expired.map((state) => `'${state}'`).join(', ')

/** Commands to devices. Every change of state is one statement, so that two never cross. */
export function createCommands({ pool, clock }: { readonly pool: Pool; readonly clock: Clock }) {
  const select = (where: string, values: readonly unknown[]): Promise<CommandRow[]> =>
    query<CommandRow>(pool, `select ${COLUMNS} from command ${where}`, values)

  return {
    async queue(command: NewCommand): Promise<Command> {
      const now = clock.now()
      const [row] = await query<CommandRow>(
        pool,
        `insert into command (id, device_id, name, args, state, created_at, expires_at)
         values ($1, $2, $3, $4, 'queued', $5, $6)
         on conflict (id) do nothing returning ${COLUMNS}`,
        [
          command.id ?? uuidv7(),
          command.deviceId,
          command.name,
          JSON.stringify(command.args),
          formatTimestamp(now),
          formatTimestamp(plus(now, command.expiresIn)),
        ],
      )
      return row ? toCommand(row) : await this.get(command.id ?? '')
    },

    /** @throws Rejected('not-found') */
    async get(id: string): Promise<Command> {
      const [row] = await select('where id = $1', [id])
      if (!row) throw new Rejected('not-found', `there is no command ${id}`)
      return toCommand(row)
    },

    /** Of one device, the newest first. */
    async list(filter: CommandFilter): Promise<Page<Command>> {
      const after = decodeCursor(filter.after, ['string', 'string'])
      const where = new Conditions()
        .add('device_id = ?', filter.deviceId)
        .addGiven('state = ?', filter.state)
      if (after) where.add('(created_at, id) < (?, ?)', ...after)
      const rows = await select(
        `${where.clause()} order by created_at desc, id desc limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toCommand, (row) => [
        formatTimestamp(row.created_at),
        row.id,
      ])
    },

    /** What still has to go down to a device, the oldest first. */
    async waiting(deviceId: string): Promise<readonly Command[]> {
      const rows = await select(
        `where device_id = $1 and state in ('queued', 'sent') and expires_at > $2
         order by created_at, id`,
        [deviceId, formatTimestamp(clock.now())],
      )
      return rows.map(toCommand)
    },

    /**
     * Takes a command of a device into a state, if it may go there from where it is; undefined when
     * it may not, or there is no such command of this device.
     */
    async transition(
      deviceId: string,
      id: string,
      state: CommandState,
      result: unknown = null,
    ): Promise<Command | undefined> {
      // A device may answer with anything.
      if (!isUuid(id)) return undefined
      const [row] = await query<CommandRow>(
        pool,
        `update command set state = $3,
           sent_at = case when $3 = 'sent' then $5 else sent_at end,
           acknowledged_at = case when $3 = 'acknowledged' then $5 else acknowledged_at end,
           finished_at = case when $3 in ('done', 'failed', 'expired') then $5 end,
           result = coalesce($6::jsonb, result)
         where id = $1 and device_id = $2 and state = any($4)
         returning ${COLUMNS}`,
        [
          id,
          deviceId,
          state,
          COMMAND_PREDECESSORS[state],
          formatTimestamp(clock.now()),
          result === null ? null : JSON.stringify(result),
        ],
      )
      return row && toCommand(row)
    },

    /** Whether there is such a command of this device, whatever its state. */
    async has(deviceId: string, id: string): Promise<boolean> {
      if (!isUuid(id)) return false
      const rows = await select('where id = $1 and device_id = $2', [id, deviceId])
      return rows.length > 0
    },

    /** Ends the commands whose time is over. */
    async expire(): Promise<readonly Command[]> {
      const rows = await query<CommandRow>(
        pool,
        `update command set state = 'expired', finished_at = $1
         where state in (${UNFINISHED}) and expires_at <= $1
         returning ${COLUMNS}`,
        [formatTimestamp(clock.now())],
      )
      return rows.map(toCommand)
    },
  }
}
