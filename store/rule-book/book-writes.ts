import { Rejected } from '#model/error.ts'
import type { RuleAction, RuleVersion } from '#model/rule-book.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { readRules, type StoredRule } from './book-rows.ts'

/** Who changes a rule and why. */
export interface RuleEdit {
  readonly author: string
  readonly note?: string | undefined
  /** The version in force that the author knows of; 0: none. Another one refuses the change. */
  readonly ifVersion?: number | undefined
}

/** What a change is, with its author and time. */
export interface Signature {
  readonly author: string
  readonly note: string | null
  readonly at: EpochMs
}

// Key of an advisory lock, held to the end of the transaction that takes it.
const BOOK = 7_301_003

/** One change of the book at a time: they are rare, and versions have to rise by one. */
export const lockBook = (session: Session): Promise<unknown> =>
  query(session, `select pg_advisory_xact_lock(${BOOK})`)

/** @throws Rejected `conflict` when the version in force is not the one the author knows of */
export function checkVersion(
  id: string,
  rule: StoredRule | undefined,
  ifVersion: number | undefined,
): void {
  const version = rule?.version ?? 0
  if (ifVersion === undefined || ifVersion === version) return
  const inForce = version === 0 ? 'no version' : `version ${version}`
  throw new Rejected('conflict', `${inForce} of the rule ${id} is in force, not ${ifVersion}`, {
    detail: { ruleId: id, version },
  })
}

/**
 * The rule to be changed. The book is locked.
 *
 * @throws Rejected `not-found`, `conflict`
 */
export async function requireRule(
  session: Session,
  id: string,
  ifVersion?: number,
): Promise<StoredRule> {
  const [rule] = await readRules(session, id)
  if (!rule) throw noSuchRule(id)
  checkVersion(id, rule, ifVersion)
  return rule
}

export const noSuchRule = (id: string): Rejected =>
  new Rejected('not-found', `there is no rule ${id}`, { detail: { ruleId: id } })

/** Adds the next version of a rule, in force or not. Hands back its number. */
export async function addVersion(
  session: Session,
  { ruleId, document, origin }: Pick<RuleVersion, 'ruleId' | 'document' | 'origin'>,
  { author, note, at }: Signature,
): Promise<number> {
  const [row] = await query<{ version: number }>(
    session,
    `insert into rule_version (rule_id, version, document, origin, author, note, created_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6
     from rule_version where rule_id = $1 returning version`,
    [ruleId, document, origin, author, note, formatTimestamp(at)],
  )
  return (row as { version: number }).version
}

/** Puts a version in force; a rule that is new is enabled. */
export const putInForce = (
  session: Session,
  ruleId: string,
  version: number,
  { followsLibrary, at }: { readonly followsLibrary: boolean; readonly at: EpochMs },
): Promise<unknown> =>
  query(
    session,
    `insert into rule (id, version, follows_library, updated_at) values ($1, $2, $3, $4)
     on conflict (id) do update set version = excluded.version,
       follows_library = excluded.follows_library, updated_at = excluded.updated_at`,
    [ruleId, version, followsLibrary, formatTimestamp(at)],
  )

export const writeEnabled = (
  session: Session,
  ruleId: string,
  enabled: boolean,
  at: EpochMs,
): Promise<unknown> =>
  query(session, 'update rule set enabled = $2, updated_at = $3 where id = $1', [
    ruleId,
    enabled,
    formatTimestamp(at),
  ])

export const insertOverride = (
  session: Session,
  { ruleId, param, scope, key, value }: RuleOverride,
  { author, at }: Signature,
): Promise<unknown> =>
  query(
    session,
    `insert into rule_override (rule_id, param, scope, key, value, author, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [ruleId, param, scope, key, JSON.stringify(value), author, formatTimestamp(at)],
  )

/** Takes an override away; hands back its value, undefined when there was none. */
export async function deleteOverride(
  session: Session,
  { ruleId, param, scope, key }: Omit<RuleOverride, 'value'>,
): Promise<RuleOverride['value'] | undefined> {
  const [row] = await query<Pick<RuleOverride, 'value'>>(
    session,
    `delete from rule_override where rule_id = $1 and param = $2 and scope = $3 and key = $4
     returning value`,
    [ruleId, param, scope, key],
  )
  return row?.value
}

/** Writes into the log, in the transaction of the change itself. */
export const logChange = (
  session: Session,
  change: {
    readonly ruleId: string
    readonly action: RuleAction
    readonly version: number
    readonly detail?: Readonly<Record<string, unknown>>
  },
  { author, note, at }: Signature,
): Promise<unknown> =>
  query(
    session,
    `insert into rule_change (rule_id, action, version, author, note, detail, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      change.ruleId,
      change.action,
      change.version,
      author,
      note,
      JSON.stringify(change.detail ?? {}),
      formatTimestamp(at),
    ],
  )
