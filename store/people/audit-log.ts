import type { Pool } from 'pg'
import type { AuditEntry, AuditOutcome, AuditRecord } from '#model/audit.ts'
import type { Role } from '#model/role.ts'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

export interface AuditFilter extends PageRequest {
  readonly accountId?: string | undefined
  readonly action?: string | undefined
  readonly objectKind?: string | undefined
  readonly objectId?: string | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

interface AuditRow {
  readonly id: number
  readonly at: EpochMs
  readonly account_id: string | null
  readonly name: string
  readonly roles: readonly Role[]
  readonly action: string
  readonly object_kind: string | null
  readonly object_id: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly address: string | null
  readonly outcome: AuditOutcome
}

const COLUMNS =
  'id, at, account_id, name, roles, action, object_kind, object_id, detail, address, outcome'

/**
 * Writes an entry down, in the transaction of what it tells where there is one. Entries are never
 * changed or removed: the table refuses it.
 */
export async function writeAudit(session: Session, at: EpochMs, entry: AuditEntry): Promise<void> {
  const { actor, action, object, detail = {}, outcome = 'done' } = entry
  await query(
    session,
    `insert into audit_log
       (at, account_id, name, roles, action, object_kind, object_id, detail, address, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      formatTimestamp(at),
      actor.principal.accountId,
      actor.principal.name,
      actor.principal.roles,
      action,
      object?.kind ?? null,
      object?.id ?? null,
      JSON.stringify(detail),
      actor.address,
      outcome,
    ],
  )
}

/** What was done, by whom and from where. */
export class AuditLog {
  readonly #pool: Pool
  readonly #clock: Clock

  constructor({ pool, clock }: { readonly pool: Pool; readonly clock: Clock }) {
    this.#pool = pool
    this.#clock = clock
  }

  /** In the transaction of `session` where one is given. */
  write(entry: AuditEntry, session: Session = this.#pool): Promise<void> {
    return writeAudit(session, this.#clock.now(), entry)
  }

  /** The newest first. */
  async list(filter: AuditFilter): Promise<Page<AuditRecord>> {
    const after = decodeCursor(filter.after, ['number'])
    const where = new Conditions()
      .addGiven('id < ?', after?.[0])
      .addGiven('account_id = ?', filter.accountId)
      .addGiven('action = ?', filter.action)
      .addGiven('object_kind = ?', filter.objectKind)
      .addGiven('object_id = ?', filter.objectId)
      .addGiven('outcome = ?', filter.outcome)
      .addGiven('at >= ?', filter.from === undefined ? undefined : formatTimestamp(filter.from))
      .addGiven('at < ?', filter.to === undefined ? undefined : formatTimestamp(filter.to))
    const rows = await query<AuditRow>(
      this.#pool,
      `select ${COLUMNS} from audit_log ${where.clause()}
       order by id desc limit ${rowsFor(filter.limit)}`,
      where.values,
    )
    return toPage(rows, filter.limit, toRecord, (row) => [row.id])
  }
}

const toRecord = ({ account_id, object_kind, object_id, ...row }: AuditRow): AuditRecord => ({
  ...row,
  accountId: account_id,
  objectKind: object_kind,
  objectId: object_id,
})
