import type { Pool } from 'pg'
import type { CaseMoment, CaseWorld } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { ReportSpot } from '#cases/opening.ts'
import type { Proof } from '#cases/steps/checking.ts'
import type { Case, NewReport } from '#model/case.ts'
import type { CaseCommand } from '#model/case-command.ts'
import { type CaseActor, type CaseOrigin, SYSTEM_ACTOR } from '#model/case-event.ts'
import { type CaseStage, stageOf } from '#model/case-state.ts'
import type { CaseChange } from '#model/commit.ts'
import { Rejected } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'
import { seesCase } from '#model/sees-case.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { CaseNumbers } from '#store/commit/case-number.ts'
import { databaseError } from '#store/database-error.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { CaseSheet } from './case-sheet.ts'
import { lockEpisodes, mergeCases, splitCase } from './merge-cases.ts'
import { type Reported, takeReport } from './take-report.ts'

/** Uploads that prove a case, and who brings them. */
export interface CaseBinding {
  readonly caseId: string
  readonly ids: readonly string[]
  readonly stage: CaseStage
  readonly accountId: string | null
  readonly at: EpochMs
}

export interface CaseDeskParts {
  readonly pool: Pool
  readonly law: CaseLaw
  readonly world: () => CaseWorld
  readonly numbers: CaseNumbers
  readonly clock: Clock
  /** What is known of the spot of a report. @throws Rejected when it names a part that is not there */
  readonly spotOf: (report: NewReport) => ReportSpot
  /** Binds uploads to a case within the transaction. @throws Rejected when one cannot be */
  readonly bind: (session: Session, binding: CaseBinding) => Promise<unknown>
}

/** Cases whose alarms are told in one transaction. */
const ALARMS_AT_ONCE = 50

/** Where people, programs and the clock act on cases, each time in one transaction. */
export class CaseDesk {
  readonly #parts: CaseDeskParts
  readonly #listeners: ((changes: readonly CaseChange[]) => void)[] = []

  constructor(parts: CaseDeskParts) {
    this.#parts = parts
  }

  /** Called after each transaction with what it changed. */
  onChange(listener: (changes: readonly CaseChange[]) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Gives a command. Of several at once on one case each sees what the one before left.
   *
   * @throws Rejected `not-found` where the case is out of scope, `forbidden` where no role of theirs
   *   may, `conflict` with the state where the case does not allow it: nothing is changed
   */
  async act(
    caseId: string,
    command: CaseCommand,
    principal: Principal,
    origin: CaseOrigin,
  ): Promise<Case> {
    return await this.#change(async (session, sheet, now) => {
      if (command.name === 'merge' || command.name === 'split') await lockEpisodes(session, caseId)
      const other = command.name === 'merge' ? command.into : null
      await sheet.load(
        command.name === 'split'
          ? 'c.id = $1 OR c.id = (SELECT master_id FROM case_record WHERE id = $1 AND $2::uuid IS NULL)'
          : 'c.id IN ($1, $2)',
        [caseId, other],
      )
      const current = visible(sheet, caseId, principal.scope)
      const role = this.#parts.law.roleFor(current, command.name, principal.roles)
      const moment = this.#moment(now, {
        accountId: principal.accountId,
        name: principal.name,
        role,
      })
      this.#parts.law.unchanged(current, command)
      await this.#bind(session, current, command.attachments, principal, now)
      const { law } = this.#parts
      if (command.name === 'merge') {
        const master = visible(sheet, command.into, principal.scope)
        await mergeCases(session, sheet, law, { current, master, command, moment, origin })
      } else if (command.name === 'split') {
        await splitCase(session, sheet, law, { current, command, moment, origin })
      } else sheet.take(caseId, law.transition(current, command, moment), origin)
      return sheet.get(caseId)
    })
  }

  /**
   * Takes a report: it joins the open case about the same, else opens one. The same report under the
   * same key changes nothing.
   *
   * @throws Rejected `forbidden`, `invalid-input` where it names what is not there
   */
  async report(report: NewReport, principal: Principal, origin: CaseOrigin): Promise<Reported> {
    const role = this.#parts.law.reporterRole(report.source, principal.roles)
    const spot = this.#parts.spotOf(report)
    return await this.#change(async (session, sheet, now) => {
      const moment = this.#moment(now, {
        accountId: principal.accountId,
        name: principal.name,
        role,
      })
      const taken = { report, spot, principal, moment, origin }
      const done = await takeReport(session, sheet, this.#parts, taken)
      const isRepeat = !done.isNew && sheet.changes.length === 0
      if (!isRepeat) await this.#bind(session, done.case, report.attachments, principal, now)
      return done
    })
  }

  /**
   * Tells what is due by now: soon overdue, overdue, going on after parking. A case that cannot be
   * told holds up no other.
   *
   * @throws AggregateError of those that could not be told
   */
  async alarms(): Promise<void> {
    const failures: unknown[] = []
    const failed = new Set<string>()
    for (;;) {
      const due = await query<{ id: string }>(
        this.#parts.pool,
        `select id from case_record where next_alarm_at <= $1 and id <> all($2::uuid[])
         order by next_alarm_at, id limit ${ALARMS_AT_ONCE}`,
        [formatTimestamp(epochMs(this.#parts.clock.now())), [...failed]],
      )
      const ids = due.map(({ id }) => id)
      const together = await this.#tell(ids).catch(() => 'apart' as const)
      if (together === 'apart') {
        for (const id of ids) {
          await this.#tell([id]).catch((error: unknown) => {
            failed.add(id)
            failures.push(error)
          })
        }
      }
      if (ids.length < ALARMS_AT_ONCE) break
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} alarms of cases could not be told`)
    }
  }

  async #tell(caseIds: readonly string[]): Promise<void> {
    if (caseIds.length === 0) return
    await this.#change(async (_session, sheet, now) => {
      const cases = await sheet.load('c.id = ANY($1::uuid[])', [caseIds])
      const moment = this.#moment(now, SYSTEM_ACTOR)
      for (const each of cases) sheet.take(each.id, this.#parts.law.alarm(each, moment), 'clock')
    })
  }

  /** What readings after feedback came to, where the case still waits for it. */
  async prove(caseId: string, version: number, proof: Proof): Promise<void> {
    await this.#change(async (_session, sheet, now) => {
      const [current] = await sheet.load('c.id = $1', [caseId])
      if (!current || current.version !== version) return
      const moment = this.#moment(now, SYSTEM_ACTOR)
      sheet.take(caseId, this.#parts.law.prove(current, proof, moment), 'rules')
    })
  }

  #moment(now: EpochMs, actor: CaseActor): CaseMoment {
    return { world: this.#parts.world(), now, actor }
  }

  async #bind(
    session: Session,
    { id: caseId, state }: Case,
    ids: readonly string[] | undefined,
    { accountId }: Principal,
    at: EpochMs,
  ): Promise<void> {
    if (!ids || ids.length === 0) return
    await this.#parts.bind(session, { caseId, ids, stage: stageOf(state), accountId, at })
  }

  async #change<Result>(
    work: (session: Session, sheet: CaseSheet, now: EpochMs) => Promise<Result>,
  ): Promise<Result> {
    const now = epochMs(this.#parts.clock.now())
    let changes: readonly CaseChange[] = []
    const result = await inTransaction(this.#parts.pool, async (client) => {
      const sheet = new CaseSheet(client, this.#parts.law, now)
      try {
        const done = await work(client, sheet, now)
        changes = await sheet.write()
        return done
      } catch (error) {
        throw databaseError(error)
      }
    })
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes)
    return result
  }
}

/** @throws Rejected('not-found'), which is all that whoever is not to see it is told */
function visible(sheet: CaseSheet, caseId: string, scope: Principal['scope']): Case {
  const found = sheet.find(caseId)
  if (found === undefined || !seesCase(scope, found)) {
    throw new Rejected('not-found', `there is no case ${caseId}`)
  }
  return found
}
