import type { Client } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import {
  type Case,
  type CaseProposal,
  type CaseState,
  OPEN_CASE_STATES,
  UNTOUCHED_CASE_STATES,
} from '#model/case.ts'
import type { CaseEvent } from '#model/commit.ts'
import { Unavailable } from '#model/error.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { sqlState, UNIQUE_VIOLATION } from '#store/database-error.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import type { NewNote } from './case-notes.ts'
import { CaseNumbers } from './case-number.ts'

/** An episode that asks for a case, and the one it has already. */
export interface Filing {
  readonly episodeId: string
  readonly caseId: string | null
  readonly proposal: CaseProposal
}

/** An episode and how bad it was at its worst. */
export interface Worst {
  readonly episodeId: string
  readonly caseId: string
  readonly severity: Severity
}

/** What became of cases, and what is to be noted on them. */
interface Booked {
  readonly events: readonly CaseEvent[]
  readonly notes: readonly NewNote[]
}

interface Filed extends Booked {
  /** The cases of episodes that have another than before, by their ids. */
  readonly links: ReadonlyMap<string, string>
}

interface Withdrawn extends Booked {
  /** How many episodes of each of the given cases stand. */
  readonly standing: ReadonlyMap<string, number>
}

// As literals, for the partial unique index is found by them.
const isOneOf = (states: readonly CaseState[]): string =>
  `state IN (${states.map((state) => `'${state}'`).join(', ')})`
const OPEN = isOneOf(OPEN_CASE_STATES)
const UNTOUCHED = isOneOf(UNTOUCHED_CASE_STATES)

const keyOf = (entry: { readonly objectId: string; readonly phenomenon: string }): string =>
  JSON.stringify([entry.objectId, entry.phenomenon])

const worstKey = ({ caseId, severity }: Omit<Worst, 'episodeId'>): string => `${caseId} ${severity}`

/** Opens, joins and withdraws cases within the transaction of one commit. */
export class CaseBook {
  readonly #client: Client
  readonly #at: EpochMs
  readonly #numbers: CaseNumbers

  constructor(client: Client, at: EpochMs, timeZone: string) {
    this.#client = client
    this.#at = at
    this.#numbers = new CaseNumbers(client, timeZone)
  }

  /** One open case per object and phenomenon: the first filing opens it, the others join. */
  async file(filings: readonly Filing[]): Promise<Filed> {
    if (filings.length === 0) return { events: [], notes: [], links: new Map() }
    const open = await this.#findOpen(filings)
    const missing = new Map(
      filings
        .filter(({ proposal }) => !open.has(keyOf(proposal)))
        .toReversed()
        .map(({ proposal }) => [keyOf(proposal), proposal]),
    )
    const opened = await this.#open([...missing.values()].toReversed())
    const events: CaseEvent[] = opened.map((entry) => ({ type: 'opened', case: entry }))
    const openers = new Set(missing.keys())
    const cases = new Map([...open, ...opened.map((entry) => [keyOf(entry), entry] as const)])
    const links: { episodeId: string; caseId: string }[] = []
    const notes: NewNote[] = []
    for (const { episodeId, caseId, proposal } of filings) {
      const found = cases.get(keyOf(proposal)) as Case
      if (caseId === found.id) continue
      links.push({ episodeId, caseId: found.id })
      const type = openers.delete(keyOf(proposal)) ? 'opened' : 'joined'
      if (type === 'joined') events.push({ type, case: found })
      notes.push({ caseId: found.id, type, episodeId, detail: {} })
    }
    await this.#link(links)
    const caseOf = new Map(links.map(({ episodeId, caseId: to }) => [episodeId, to]))
    return { events, notes, links: caseOf }
  }

  /** Cases that one of their episodes has become worse than. A case never becomes milder by itself. */
  async raise(worse: readonly Worst[]): Promise<Booked> {
    if (worse.length === 0) return { events: [], notes: [] }
    const { rows } = await this.#client.query<CaseRow & { readonly was: Severity }>(
      `UPDATE case_record c SET severity = ($4::text[])[worse.rank], updated_at = $3
       FROM (SELECT id, max(array_position($4::text[], severity)) AS rank
             FROM unnest($1::uuid[], $2::text[]) AS given(id, severity) GROUP BY id) AS worse
       JOIN case_record before ON before.id = worse.id
       WHERE c.id = worse.id AND c.${OPEN} AND array_position($4::text[], c.severity) < worse.rank
       RETURNING c.*, before.severity AS was`,
      [
        worse.map(({ caseId }) => caseId),
        worse.map(({ severity }) => severity),
        formatTimestamp(this.#at),
        SEVERITIES,
      ],
    )
    const first = new Map(worse.toReversed().map((each) => [worstKey(each), each.episodeId]))
    return {
      events: rows.map((row) => ({ type: 'raised', case: toCase(row) })),
      notes: rows.map((row) => ({
        caseId: row.id,
        type: 'raised',
        episodeId: first.get(worstKey({ caseId: row.id, severity: row.severity })) ?? null,
        detail: { severity: { from: row.was, to: row.severity } },
      })),
    }
  }

  /**
   * Withdraws those of the given cases that have no episode left that stands; where somebody has
   * acted it is left to them.
   */
  async withdraw(caseIds: readonly string[]): Promise<Withdrawn> {
    if (caseIds.length === 0) return { events: [], notes: [], standing: new Map() }
    const { rows } = await this.#client.query<StandingRow>(
      `WITH standing AS (
         SELECT given.id AS case_id, count(e.id) AS standing
         FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) AS given LEFT JOIN episode e
           ON e.case_id = given.id AND e.withdrawn_at IS NULL AND e.role <> 'member'
         GROUP BY given.id
       ), withdrawn AS (
         UPDATE case_record c SET state = 'withdrawn', updated_at = $2 FROM standing
         WHERE c.id = standing.case_id AND standing.standing = 0 AND c.${UNTOUCHED}
         RETURNING c.*
       )
       SELECT * FROM standing LEFT JOIN withdrawn ON withdrawn.id = standing.case_id`,
      [caseIds, formatTimestamp(this.#at)],
    )
    const gone = rows.filter((row) => row.id !== null)
    return {
      events: gone.map((row) => ({ type: 'withdrawn', case: toCase(row) })),
      notes: gone.map(({ id }) => ({ caseId: id, type: 'withdrawn', episodeId: null, detail: {} })),
      standing: new Map(rows.map(({ case_id, standing }) => [case_id, standing])),
    }
  }

  async #findOpen(filings: readonly Filing[]): Promise<ReadonlyMap<string, Case>> {
    const { rows } = await this.#client.query<CaseRow>(
      `SELECT c.* FROM case_record c
       JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS wanted(object, phenomenon)
         ON c.object_id = wanted.object AND c.phenomenon = wanted.phenomenon AND c.${OPEN}
       FOR UPDATE OF c`,
      [
        filings.map(({ proposal }) => proposal.objectId),
        filings.map(({ proposal }) => proposal.phenomenon),
      ],
    )
    return new Map(rows.map(toCase).map((entry) => [keyOf(entry), entry]))
  }

  async #open(proposals: readonly CaseProposal[]): Promise<readonly Case[]> {
    if (proposals.length === 0) return []
    const numbers = await this.#numbers.take(proposals)
    const cases = proposals.map(
      (proposal, index): Case => ({
        ...proposal,
        id: uuidv7(),
        number: numbers[index] as string,
        state: 'reported',
        updatedAt: this.#at,
      }),
    )
    try {
      await this.#client.query(INSERT, [JSON.stringify(cases.map(caseRecord))])
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error
      // Somebody else opened the same case at this moment; the next attempt joins it.
      throw new Unavailable('database-unavailable', 'a case was opened at the same moment', {
        cause: error,
      })
    }
    return cases
  }

  async #link(links: readonly { episodeId: string; caseId: string }[]): Promise<void> {
    if (links.length === 0) return
    await this.#client.query(
      `UPDATE episode e SET case_id = link.case_id
       FROM unnest($1::uuid[], $2::uuid[]) AS link(episode_id, case_id) WHERE e.id = link.episode_id`,
      [links.map(({ episodeId }) => episodeId), links.map(({ caseId }) => caseId)],
    )
  }
}

/** A case that was looked at; the rest is null where it was not withdrawn. */
type StandingRow = { readonly case_id: string; readonly standing: number } & (
  | CaseRow
  | { readonly id: null }
)

const COLUMNS: Readonly<Record<keyof CaseRow, string>> = {
  id: 'uuid',
  number: 'text',
  state: 'text',
  kind: 'text',
  object_id: 'text',
  phenomenon: 'text',
  edition: 'text',
  class: 'text',
  condition: 'text',
  severity: 'text',
  title: 'text',
  device_id: 'text',
  rule_id: 'text',
  part_id: 'text',
  grid_code: 'text',
  district: 'text',
  lon_deg: 'double precision',
  lat_deg: 'double precision',
  address: 'text',
  department: 'text',
  limit_amount: 'double precision',
  limit_unit: 'text',
  deadline_at: 'timestamptz',
  reported_at: 'timestamptz',
  updated_at: 'timestamptz',
  basis: 'jsonb',
}
const names = Object.keys(COLUMNS).join(', ')
const INSERT = `
  INSERT INTO case_record (${names}) SELECT ${names}
  FROM json_to_recordset($1) AS given(${Object.entries(COLUMNS)
    .map((column) => column.join(' '))
    .join(', ')})`

const caseRecord = (entry: Case): Readonly<Record<keyof CaseRow, unknown>> => ({
  id: entry.id,
  number: entry.number,
  state: entry.state,
  kind: entry.kind,
  object_id: entry.objectId,
  phenomenon: entry.phenomenon,
  edition: entry.edition,
  class: entry.class,
  condition: entry.condition,
  severity: entry.severity,
  title: entry.title,
  device_id: entry.deviceId,
  rule_id: entry.ruleId,
  part_id: entry.partId,
  grid_code: entry.gridCode,
  district: entry.district,
  lon_deg: entry.place?.lon_deg ?? null,
  lat_deg: entry.place?.lat_deg ?? null,
  address: entry.address,
  department: entry.department,
  limit_amount: entry.limit?.amount ?? null,
  limit_unit: entry.limit?.unit ?? null,
  deadline_at: entry.deadlineAt === null ? null : formatTimestamp(entry.deadlineAt),
  reported_at: formatTimestamp(entry.reportedAt),
  updated_at: formatTimestamp(entry.updatedAt),
  basis: entry.basis,
})
