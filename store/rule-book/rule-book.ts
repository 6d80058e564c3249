import type { Pool, PoolClient } from 'pg'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { overrideFault } from '#model/override-fault.ts'
import type {
  BookedOverride,
  BookedRule,
  RuleBookSnapshot,
  RuleChange,
  RuleFacts,
  RuleVersion,
} from '#model/rule-book.ts'
import type { EffectiveParam, RuleOverride } from '#model/rule-override.ts'
import { isStorable } from '#model/storable.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { inTransaction } from '#store/query.ts'
import { BookMemory, nameOf } from './book-memory.ts'
import { readChanges, readRules, readVersions } from './book-rows.ts'
import {
  addVersion,
  checkVersion,
  deleteOverride,
  insertOverride,
  lockBook,
  logChange,
  noSuchRule,
  putInForce,
  type RuleEdit,
  requireRule,
  type Signature,
  writeEnabled,
} from './book-writes.ts'
import { checkDocument, type RuleLanguage } from './rule-language.ts'
import { type LibraryRule, type SeedReport, seedLibrary } from './seed-library.ts'

export interface RuleBookParts {
  readonly pool: Pool
  readonly language: RuleLanguage
  readonly clock: Clock
  readonly log: Logger
}

export type Published = { readonly rule: BookedRule; readonly outcome: 'new' | 'changed' | 'same' }

/**
 * The rules of the city: every version of each, which one is in force, and the values of parameters
 * that hold for some devices only. What is in force is in memory; every change is one transaction,
 * logged in it, and has taken effect when the call returns. All methods that change throw Rejected
 * `not-found`, `conflict` (`ifVersion`) and `invalid-input`, or Unavailable.
 */
export class RuleBook {
  readonly #pool: Pool
  readonly #language: RuleLanguage
  readonly #clock: Clock
  readonly #log: Logger
  readonly #memory: BookMemory

  private constructor({ pool, language, clock, log }: RuleBookParts) {
    this.#pool = pool
    this.#language = language
    this.#clock = clock
    this.#log = log
    this.#memory = new BookMemory(pool, language, log)
  }

  static async open(parts: RuleBookParts): Promise<RuleBook> {
    const book = new RuleBook(parts)
    await book.#memory.read()
    return book
  }

  get snapshot(): RuleBookSnapshot {
    return this.#memory.snapshot
  }

  /** Hears of every change that was committed; the result stops it. */
  onChange(listener: (snapshot: RuleBookSnapshot) => void): () => void {
    return this.#memory.onChange(listener)
  }

  close(): void {
    this.#memory.close()
  }

  /**
   * Brings the book up to the rules that come with Wanmi.
   *
   * @throws Rejected `invalid-input` when a document is not right or two are of one rule
   */
  async seed(documents: readonly { name: string; text: string }[]): Promise<SeedReport> {
    const library = documents.map(({ name, text }) => ({
      ruleId: checkDocument(this.#language, text, name).id,
      document: text,
    }))
    refuseTwins(library)
    const report = await inTransaction(this.#pool, async (client) => {
      await lockBook(client)
      return seedLibrary(client, library, this.#clock.now())
    })
    const { added, updated, offered } = report
    await this.#memory.refresh()
    if (added.length + updated.length > 0) this.#log.info({ added, updated }, 'rules were shipped')
    if (offered.length > 0) {
      this.#log.info({ rules: offered }, 'newer shipped rules wait: the city has its own in force')
    }
    return report
  }

  /** Every rule by id. */
  list(): readonly BookedRule[] {
    return [...this.#memory.rules.values()]
  }

  /** @throws Rejected `not-found` */
  get(id: string): BookedRule {
    const rule = this.#memory.rules.get(id)
    if (!rule) throw noSuchRule(id)
    return rule
  }

  /** What a document says. @throws Rejected `invalid-input` */
  check(document: string): RuleFacts {
    return checkDocument(this.#language, document, 'rule')
  }

  /** The newest first. @throws Rejected `not-found` */
  async versions(id: string): Promise<readonly RuleVersion[]> {
    this.get(id)
    return readVersions(this.#pool, id)
  }

  /** @throws Rejected `not-found` */
  async version(id: string, version: number): Promise<RuleVersion> {
    this.get(id)
    const [found] = await readVersions(this.#pool, id, version)
    if (!found) throw noSuchVersion(id, version)
    return found
  }

  /** The newest first. @throws Rejected `not-found` */
  async changes(id: string, limit: number): Promise<readonly RuleChange[]> {
    this.get(id)
    return readChanges(this.#pool, id, limit)
  }

  /** Puts a document in force as the next version. One that is in force already changes nothing. */
  async publish(id: string, document: string, edit: RuleEdit): Promise<Published> {
    const facts = checkDocument(this.#language, document, id)
    if (facts.id !== id) {
      throw new Rejected('invalid-input', `${id}: the document is of the rule ${facts.id}`)
    }
    const outcome = await this.#change(edit, async (client, signature) => {
      const [before] = await readRules(client, id)
      checkVersion(id, before, edit.ifVersion)
      if (before?.document === document) return 'same'
      const version = await addVersion(client, { ruleId: id, document, origin: 'city' }, signature)
      await putInForce(client, id, version, { followsLibrary: false, at: signature.at })
      const detail = { from: before?.version ?? null }
      await logChange(client, { ruleId: id, action: 'published', version, detail }, signature)
      return before ? 'changed' : 'new'
    })
    return { rule: this.get(id), outcome }
  }

  /**
   * Puts another version in force, older or one that waits. On the newest shipped one the rule
   * follows the library again.
   */
  async rollBack(id: string, version: number, edit: RuleEdit): Promise<BookedRule> {
    await this.#change(edit, async (client, signature) => {
      const before = await requireRule(client, id, edit.ifVersion)
      const [wanted] = await readVersions(client, id, version)
      if (!wanted) throw noSuchVersion(id, version)
      // A version of a newer Wanmi would find nothing here.
      this.#language.parse(wanted.document, nameOf(wanted))
      if (before.version === version) return
      const followsLibrary = version === before.libraryVersion
      await putInForce(client, id, version, { followsLibrary, at: signature.at })
      const detail = { from: before.version }
      await logChange(client, { ruleId: id, action: 'rolled-back', version, detail }, signature)
    })
    return this.get(id)
  }

  /** A disabled rule finds nothing and keeps its versions, its overrides and its episodes. */
  async setEnabled(id: string, enabled: boolean, edit: RuleEdit): Promise<BookedRule> {
    await this.#change(edit, async (client, signature) => {
      const { version, ...before } = await requireRule(client, id, edit.ifVersion)
      if (before.enabled === enabled) return
      await writeEnabled(client, id, enabled, signature.at)
      const action = enabled ? 'enabled' : 'disabled'
      await logChange(client, { ruleId: id, action, version }, signature)
    })
    return this.get(id)
  }

  /** By parameter, scope and key. @throws Rejected `not-found` */
  overrides(id: string): readonly BookedOverride[] {
    this.get(id)
    return this.#memory.overrides(id)
  }

  /** Sets a value for some devices, or another one where there was one. */
  async setOverride(override: RuleOverride, edit: RuleEdit): Promise<void> {
    const { ruleId, ...rest } = override
    if (!isStorable(rest)) {
      throw new Rejected('invalid-input', 'the override has characters that cannot be stored')
    }
    await this.#change(edit, async (client, signature) => {
      const rule = await requireRule(client, ruleId, edit.ifVersion)
      const { params } = this.#language.parse(rule.document, nameOf(rule)).rule
      const fault = overrideFault(params, override)
      if (fault !== undefined) throw new Rejected('invalid-input', fault)
      const before = await deleteOverride(client, override)
      await insertOverride(client, override, signature)
      const detail = { ...rest, before: before ?? null }
      const { version } = rule
      await logChange(client, { ruleId, action: 'override-set', version, detail }, signature)
    })
  }

  async removeOverride(override: Omit<RuleOverride, 'value'>, edit: RuleEdit): Promise<void> {
    const { ruleId, param, scope, key } = override
    await this.#change(edit, async (client, signature) => {
      const { version } = await requireRule(client, ruleId, edit.ifVersion)
      const before = await deleteOverride(client, override)
      if (before === undefined) {
        const what = `${param} of ${ruleId} is not overridden for ${scope} ${key}`
        throw new Rejected('not-found', what)
      }
      const detail = { param, scope, key, before }
      await logChange(client, { ruleId, action: 'override-removed', version, detail }, signature)
    })
  }

  /**
   * The parameters of a rule as they hold for a device.
   *
   * @throws Rejected `not-found`, `invalid-input` when the rule is not for its kind, `conflict` when
   *   the version in force cannot be read
   */
  effective(id: string, device: Device): Readonly<Record<string, EffectiveParam>> {
    const { facts, fault } = this.get(id)
    if (!facts) throw new Rejected('conflict', fault ?? `the rule ${id} cannot be read`)
    if (!facts.kinds.includes(device.kind)) {
      const kinds = facts.kinds.join(', ')
      throw new Rejected('invalid-input', `${id} is for ${kinds}; ${device.id} is a ${device.kind}`)
    }
    return this.#language.effectiveParams(facts.params, device, this.#memory.overrides(id))
  }

  async #change<Result>(
    { author, note: given }: RuleEdit,
    work: (client: PoolClient, signature: Signature) => Promise<Result>,
  ): Promise<Result> {
    const note = given ?? null
    if (!isStorable([author, note])) {
      throw new Rejected('invalid-input', 'author or note has characters that cannot be stored')
    }
    const result = await inTransaction(this.#pool, async (client) => {
      await lockBook(client)
      return work(client, { author, note, at: this.#clock.now() })
    })
    await this.#memory.refresh()
    return result
  }
}

const noSuchVersion = (id: string, version: number): Rejected =>
  new Rejected('not-found', `the rule ${id} has no version ${version}`, {
    detail: { ruleId: id, version },
  })

function refuseTwins(library: readonly LibraryRule[]): void {
  const seen = new Set<string>()
  for (const { ruleId } of library) {
    if (seen.has(ruleId)) {
      throw new Rejected('invalid-input', `two documents are of the rule ${ruleId}`)
    }
    seen.add(ruleId)
  }
}
