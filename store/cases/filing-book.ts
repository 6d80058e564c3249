import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { DispatchRule } from '#cases/case-world.ts'
import { findCondition } from '#model/catalogue.ts'
import { messageOf, Rejected } from '#model/error.ts'
import { DEFAULT_POLICY, type FilingPolicy } from '#model/filing-policy.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { query, type Session } from '#store/query.ts'
import { ReadBack } from '#store/read-back.ts'
import { formatTimestamp } from '#store/timestamp.ts'

export interface StoredPolicy {
  readonly kind: 'part' | 'event'
  readonly condition: string
  readonly policy: FilingPolicy
  readonly updatedAt: EpochMs
  readonly updatedBy: string
}

export interface StoredDispatchRule extends DispatchRule {
  readonly id: string
  readonly updatedAt: EpochMs
  readonly updatedBy: string
}

const keyOf = (kind: string, condition: string): string => `${kind}/${condition}`

/**
 * What a city has decided of how cases are filed and to whom they go, in memory, for a flow that does
 * not wait. It follows the writes of this process: rows are read back after the commit.
 */
export class FilingBook {
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #readBack: ReadBack
  #policies: ReadonlyMap<string, StoredPolicy> = new Map()
  #rules: readonly StoredDispatchRule[] = []

  private constructor(pool: Pool, clock: Clock, log: Logger) {
    this.#pool = pool
    this.#clock = clock
    this.#readBack = new ReadBack(
      () => this.#read(),
      (error) => log.warn({ reason: messageOf(error) }, 'filing policies are behind'),
    )
  }

  static async open(pool: Pool, clock: Clock, log: Logger): Promise<FilingBook> {
    const book = new FilingBook(pool, clock, log)
    await book.#read()
    return book
  }

  /** Of a condition, else the default of Wanmi. */
  policyOf(kind: 'part' | 'event', condition: string | null): FilingPolicy {
    const own = condition === null ? undefined : this.#policies.get(keyOf(kind, condition))
    return own?.policy ?? DEFAULT_POLICY
  }

  get policies(): readonly StoredPolicy[] {
    return [...this.#policies.values()]
  }

  get dispatchRules(): readonly StoredDispatchRule[] {
    return this.#rules
  }

  /** @throws Rejected `not-found` when there is no such condition */
  async putPolicy(
    { kind, condition, policy }: Pick<StoredPolicy, 'kind' | 'condition' | 'policy'>,
    by: string,
  ): Promise<StoredPolicy> {
    if (!findCondition(kind, condition)) {
      throw new Rejected('not-found', `there is no filing condition ${condition} of a ${kind}`)
    }
    const updatedAt = epochMs(this.#clock.now())
    await query(
      this.#pool,
      `insert into filing_policy (kind, condition, policy, updated_at, updated_by)
       values ($1, $2, $3, $4, $5) on conflict (kind, condition) do update
       set policy = excluded.policy, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [kind, condition, JSON.stringify(policy), formatTimestamp(updatedAt), by],
    )
    await this.#readBack.refresh(['policies'])
    return { kind, condition, policy, updatedAt, updatedBy: by }
  }

  /** Back to the default. @throws Rejected `not-found` when it had none of its own */
  async removePolicy(kind: 'part' | 'event', condition: string): Promise<void> {
    const removed = await query(
      this.#pool,
      'delete from filing_policy where kind = $1 and condition = $2 returning kind',
      [kind, condition],
    )
    await this.#readBack.refresh(['policies'])
    if (removed.length === 0) {
      throw new Rejected('not-found', `${condition} has the default policy already`)
    }
  }

  /** Adds a rule, or changes the one for the same class and area. */
  async putRule(rule: DispatchRule, by: string): Promise<StoredDispatchRule> {
    const { kind, class: digits, areaCode, departmentId } = rule
    const [row] = await query<RuleRow>(
      this.#pool,
      `insert into dispatch_rule (id, kind, class, area_code, department_id, updated_at, updated_by)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (kind, class, area_code) do update
       set department_id = excluded.department_id, updated_at = excluded.updated_at,
         updated_by = excluded.updated_by
       returning *`,
      [
        uuidv7(),
        kind,
        digits,
        areaCode,
        departmentId,
        formatTimestamp(epochMs(this.#clock.now())),
        by,
      ],
    )
    await this.#readBack.refresh(['rules'])
    return toRule(row as RuleRow)
  }

  /** @throws Rejected `not-found` */
  async removeRule(id: string): Promise<void> {
    const removed = await query(
      this.#pool,
      'delete from dispatch_rule where id = $1 returning id',
      [id],
    )
    await this.#readBack.refresh(['rules'])
    if (removed.length === 0) throw new Rejected('not-found', `there is no dispatch rule ${id}`)
  }

  close(): void {
    this.#readBack.close()
  }

  async #read(): Promise<void> {
    const policies = await readPolicies(this.#pool)
    const rules = await query<RuleRow>(this.#pool, 'select * from dispatch_rule order by id')
    this.#policies = new Map(policies.map((each) => [keyOf(each.kind, each.condition), each]))
    this.#rules = rules.map(toRule)
  }
}

async function readPolicies(session: Session): Promise<readonly StoredPolicy[]> {
  const rows = await query<{
    kind: 'part' | 'event'
    condition: string
    policy: Partial<FilingPolicy>
    updated_at: EpochMs
    updated_by: string
  }>(session, 'select * from filing_policy order by kind, condition')
  return rows.map(({ kind, condition, policy, updated_at, updated_by }) => ({
    kind,
    condition,
    // What a later version of Wanmi decides for the first time has its default.
    policy: { ...DEFAULT_POLICY, ...policy },
    updatedAt: updated_at,
    updatedBy: updated_by,
  }))
}

interface RuleRow extends Record<string, unknown> {
  readonly id: string
  readonly kind: 'part' | 'event' | null
  readonly class: string | null
  readonly area_code: string | null
  readonly department_id: string
  readonly updated_at: EpochMs
  readonly updated_by: string
}

const toRule = (row: RuleRow): StoredDispatchRule => ({
  id: row.id,
  kind: row.kind,
  class: row.class,
  areaCode: row.area_code,
  departmentId: row.department_id,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
})
