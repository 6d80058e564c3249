import { v7 as uuidv7 } from 'uuid'
import type { CaseMoment, CaseWorld } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { Case, CaseProposal } from '#model/case.ts'
import { type CaseEventDetail, type CaseEventType, SYSTEM_ACTOR } from '#model/case-event.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import type { CaseChange } from '#model/commit.ts'
import type { Severity } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { CaseSheet } from '#store/cases/case-sheet.ts'
import {
  IS_OPEN,
  lockOpening,
  pastOf,
  reportedBefore,
  type Sought,
} from '#store/cases/same-thing.ts'
import type { Session } from '#store/query.ts'
import type { CaseNumbers } from './case-number.ts'

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

/** What is to be noted on a case. */
export interface NewNote {
  readonly caseId: string
  readonly type: CaseEventType
  readonly episodeId: string
  readonly detail: CaseEventDetail
}

export interface CaseRules {
  readonly law: CaseLaw
  readonly world: () => CaseWorld
  readonly numbers: CaseNumbers
}

/** The case of an object and phenomenon, and the episode for which it was opened or taken over now. */
interface Known {
  readonly id: string
  readonly opener: string | null
}

const keyOf = (entry: Pick<Case, 'objectId' | 'phenomenon'>): string =>
  JSON.stringify([entry.objectId, entry.phenomenon])

/** Opens, joins, raises and withdraws cases within the transaction of one commit. */
export class CaseBook {
  readonly #session: Session
  readonly #rules: CaseRules
  readonly #moment: CaseMoment
  readonly #sheet: CaseSheet

  constructor(session: Session, at: EpochMs, rules: CaseRules) {
    this.#session = session
    this.#rules = rules
    this.#moment = { world: rules.world(), now: at, actor: SYSTEM_ACTOR }
    this.#sheet = new CaseSheet(session, rules.law, at)
  }

  /** Locks every case that the episodes of a commit are about. To be called first. */
  async load(caseIds: readonly string[], filings: readonly Filing[]): Promise<void> {
    if (filings.length > 0) await lockOpening(this.#session)
    if (caseIds.length === 0 && filings.length === 0) return
    await this.#sheet.load(
      `c.id = ANY($1::uuid[]) OR c.id IN (
         SELECT coalesce(m.id, k.id) FROM case_record k
         JOIN unnest($2::text[], $3::text[]) AS wanted(object, phenomenon)
           ON k.object_id = wanted.object AND k.phenomenon = wanted.phenomenon
         LEFT JOIN case_record m ON m.id = k.master_id
         WHERE k.${IS_OPEN} OR (k.state = 'merged' AND m.${IS_OPEN}))`,
      [
        caseIds,
        filings.map(({ proposal }) => proposal.objectId),
        filings.map(({ proposal }) => proposal.phenomenon),
      ],
    )
  }

  /**
   * One open case per object and phenomenon: the first filing opens it, the others join.
   *
   * @returns the cases of episodes that have another than before, by their ids
   */
  async file(filings: readonly Filing[]): Promise<ReadonlyMap<string, string>> {
    const open = await this.#openCases(filings)
    await this.#openMissing(filings, open)
    const links = new Map<string, string>()
    for (const { episodeId, caseId, proposal } of filings) {
      const known = open.get(keyOf(proposal))
      if (known === undefined || known.id === caseId) continue
      if (known.opener !== episodeId) {
        this.#step(known.id, (now) => this.#law.joinEpisode(now, episodeId, this.#moment))
      }
      links.set(episodeId, known.id)
    }
    await this.#link(links)
    return links
  }

  /** Cases that one of their episodes has become worse than. */
  raise(worse: readonly Worst[]): void {
    for (const { caseId, episodeId, severity } of worse) {
      const current = this.#sheet.find(caseId)
      if (!current || STATE_FACTS[current.state].isOver) continue
      this.#step(caseId, (now) => this.#law.raise(now, severity, episodeId, this.#moment))
    }
  }

  note({ caseId, type, episodeId, detail }: NewNote): void {
    this.#step(caseId, () => ({
      type,
      actor: SYSTEM_ACTOR,
      reason: null,
      episodeId,
      detail,
      changes: {},
    }))
  }

  /** How many episodes of each of these cases stand. */
  async standing(caseIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (caseIds.length === 0) return new Map()
    const { rows } = await this.#session.query<{ case_id: string; standing: number }>(
      `SELECT given.id AS case_id, count(e.id) AS standing
       FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) AS given LEFT JOIN episode e
         ON e.case_id = given.id AND e.withdrawn_at IS NULL AND e.role <> 'member'
       GROUP BY given.id`,
      [caseIds],
    )
    return new Map(rows.map(({ case_id, standing }) => [case_id, standing]))
  }

  /** Those that have no episode left that stands; where somebody has acted it is left to them. */
  withdraw(standing: ReadonlyMap<string, number>): void {
    for (const [caseId, count] of standing) {
      const current = this.#sheet.find(caseId)
      if (count > 0 || !current || STATE_FACTS[current.state].isOver) continue
      this.#step(caseId, (now) => this.#law.withdraw(now, this.#moment))
    }
  }

  write(): Promise<readonly CaseChange[]> {
    return this.#sheet.write()
  }

  get #law(): CaseLaw {
    return this.#rules.law
  }

  #step(caseId: string, make: (now: Case) => ReturnType<CaseLaw['raise']>): void {
    if (!this.#sheet.find(caseId)) return
    const made = make(this.#sheet.get(caseId))
    if (made) this.#sheet.take(caseId, [made], 'rules')
  }

  /** Of those that were loaded: by key, also of cases that went into another. */
  async #openCases(filings: readonly Filing[]): Promise<Map<string, Known>> {
    if (filings.length === 0) return new Map()
    const { rows } = await this.#session.query<{ object: string; phenomenon: string; id: string }>(
      `SELECT k.object_id AS object, k.phenomenon, coalesce(m.id, k.id) AS id FROM case_record k
       JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS wanted(object, phenomenon)
         ON k.object_id = wanted.object AND k.phenomenon = wanted.phenomenon
       LEFT JOIN case_record m ON m.id = k.master_id
       WHERE k.${IS_OPEN} OR (k.state = 'merged' AND m.${IS_OPEN})
       ORDER BY k.state = 'merged' DESC`,
      [
        filings.map(({ proposal }) => proposal.objectId),
        filings.map(({ proposal }) => proposal.phenomenon),
      ],
    )
    return new Map(
      rows.map(({ object, phenomenon, id }) => [
        keyOf({ objectId: object, phenomenon }),
        { id, opener: null },
      ]),
    )
  }

  /** Findings that have no case yet: what a person reported of them before, or a new one. */
  async #openMissing(filings: readonly Filing[], open: Map<string, Known>): Promise<void> {
    const { law, numbers } = this.#rules
    const missing = new Map<string, Filing>()
    for (const filing of filings) {
      const key = keyOf(filing.proposal)
      if (!open.has(key) && !missing.has(key)) missing.set(key, filing)
    }
    if (missing.size === 0) return
    const first = [...missing.values()]
    const sought = first.map(({ proposal }) => this.#soughtBy(proposal))
    const reported = await reportedBefore(this.#session, sought, law.metresBetween)
    const found = reported.flatMap((each) => each?.id ?? [])
    if (found.length > 0) await this.#sheet.load('c.id = ANY($1::uuid[])', [found])
    const rest = first.filter((_, index) => !this.#adopt(first[index], reported[index], open))
    const past = await pastOf(
      this.#session,
      rest.map(({ proposal }) => this.#soughtBy(proposal)),
      law.metresBetween,
    )
    const given = await numbers.take(
      this.#session,
      rest.map(({ proposal }) => proposal),
    )
    for (const [index, { proposal, episodeId }] of rest.entries()) {
      const facts = {
        id: uuidv7(),
        number: given[index] ?? '',
        ...(past[index] ?? { relapseOf: null, recurrences: 0 }),
      }
      const opened = law.openByDevice(proposal, episodeId, facts, this.#moment)
      open.set(keyOf(proposal), { id: this.#sheet.open(opened, 'rules').id, opener: episodeId })
    }
  }

  /** Whether a case that a person reported has become that of a finding. */
  #adopt(
    filing: Filing | undefined,
    reported: Case | undefined,
    open: Map<string, Known>,
  ): boolean {
    // Of two findings about one report the second opens a case of its own.
    if (!filing || !reported) return false
    const { state, phenomenon } = this.#sheet.get(reported.id)
    if (phenomenon !== null || STATE_FACTS[state].isOver) return false
    const { proposal, episodeId } = filing
    this.#step(reported.id, (now) => this.#law.adoptFinding(now, proposal, episodeId, this.#moment))
    open.set(keyOf(proposal), { id: reported.id, opener: episodeId })
    return true
  }

  #soughtBy(proposal: CaseProposal): Sought {
    const { now, world } = this.#moment
    const policy = world.policyOf(proposal.kind, proposal.condition)
    return { ...proposal, ...this.#law.windowsOf(policy, now) }
  }

  async #link(links: ReadonlyMap<string, string>): Promise<void> {
    if (links.size === 0) return
    await this.#session.query(
      `UPDATE episode e SET case_id = link.case_id
       FROM unnest($1::uuid[], $2::uuid[]) AS link(episode_id, case_id) WHERE e.id = link.episode_id`,
      [[...links.keys()], [...links.values()]],
    )
  }
}
