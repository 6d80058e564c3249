import type { ParamValue } from '#model/rule.ts'
import type {
  BookedOverride,
  BookedRule,
  RuleAction,
  RuleChange,
  RuleOrigin,
  RuleVersion,
} from '#model/rule-book.ts'
import type { OverrideScope } from '#model/rule-override.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'

/** A rule as it is stored: its version in force, and how its versions stand to each other. */
export interface StoredRule extends RuleVersion {
  readonly enabled: boolean
  readonly followsLibrary: boolean
  readonly newestVersion: number
  /** The newest that came with Wanmi; null: none ever did. */
  readonly libraryVersion: number | null
  readonly lastChange: BookedRule['lastChange']
}

export type StoredOverride = Omit<BookedOverride, 'fault'>

interface VersionRow {
  readonly rule_id: string
  readonly version: number
  readonly document: string
  readonly origin: RuleOrigin
  readonly author: string
  readonly note: string | null
  readonly created_at: EpochMs
}

interface RuleRow extends VersionRow {
  readonly enabled: boolean
  readonly follows_library: boolean
  readonly newest: number
  readonly newest_of_library: number | null
  readonly changed_by: string | null
  readonly changed_at: EpochMs | null
}

interface OverrideRow {
  readonly rule_id: string
  readonly param: string
  readonly scope: OverrideScope
  readonly key: string
  readonly value: ParamValue
  readonly author: string
  readonly updated_at: EpochMs
}

interface ChangeRow {
  readonly id: number
  readonly rule_id: string
  readonly action: RuleAction
  readonly version: number
  readonly author: string
  readonly note: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly changed_at: EpochMs
}

const toVersion = (row: VersionRow): RuleVersion => ({
  ruleId: row.rule_id,
  version: row.version,
  document: row.document,
  origin: row.origin,
  author: row.author,
  note: row.note,
  createdAt: row.created_at,
})

const toOverride = (row: OverrideRow): StoredOverride => ({
  ruleId: row.rule_id,
  param: row.param,
  scope: row.scope,
  key: row.key,
  value: row.value,
  author: row.author,
  updatedAt: row.updated_at,
})

/** Every rule by id, or the one that is asked for. */
export async function readRules(session: Session, id?: string): Promise<readonly StoredRule[]> {
  const rows = await query<RuleRow>(
    session,
    `select v.rule_id, v.version, v.document, v.origin, v.author, v.note, v.created_at,
       r.enabled, r.follows_library, of_all.newest, of_all.newest_of_library,
       change.author as changed_by, change.changed_at
     from rule r
     join rule_version v on v.rule_id = r.id and v.version = r.version
     join lateral (
       select max(version) as newest,
         max(version) filter (where origin = 'library') as newest_of_library
       from rule_version where rule_id = r.id
     ) of_all on true
     left join lateral (
       select author, changed_at from rule_change where rule_id = r.id order by id desc limit 1
     ) change on true
     ${id === undefined ? '' : 'where r.id = $1'} order by r.id`,
    id === undefined ? [] : [id],
  )
  return rows.map((row) => ({
    ...toVersion(row),
    enabled: row.enabled,
    followsLibrary: row.follows_library,
    newestVersion: row.newest,
    libraryVersion: row.newest_of_library,
    lastChange:
      row.changed_by === null || row.changed_at === null
        ? null
        : { author: row.changed_by, at: row.changed_at },
  }))
}

/** The versions of a rule, the newest first, or the one that is asked for. */
export async function readVersions(
  session: Session,
  ruleId: string,
  version?: number,
): Promise<readonly RuleVersion[]> {
  const rows = await query<VersionRow>(
    session,
    `select rule_id, version, document, origin, author, note, created_at from rule_version
     where rule_id = $1 ${version === undefined ? '' : 'and version = $2'} order by version desc`,
    version === undefined ? [ruleId] : [ruleId, version],
  )
  return rows.map(toVersion)
}

export async function readOverrides(session: Session): Promise<readonly StoredOverride[]> {
  const rows = await query<OverrideRow>(
    session,
    `select rule_id, param, scope, key, value, author, updated_at from rule_override
     order by rule_id, param, scope, key`,
  )
  return rows.map(toOverride)
}

/** What was done to a rule, the newest first. */
export async function readChanges(
  session: Session,
  ruleId: string,
  limit: number,
): Promise<readonly RuleChange[]> {
  const rows = await query<ChangeRow>(
    session,
    `select id, rule_id, action, version, author, note, detail, changed_at from rule_change
     where rule_id = $1 order by id desc limit $2`,
    [ruleId, limit],
  )
  return rows.map((row) => ({
    id: row.id,
    ruleId: row.rule_id,
    action: row.action,
    version: row.version,
    author: row.author,
    note: row.note,
    detail: row.detail,
    changedAt: row.changed_at,
  }))
}
