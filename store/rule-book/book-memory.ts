import { isDeepStrictEqual } from 'node:util'
import { isWanmiError, messageOf } from '#model/error.ts'
import { overrideFault } from '#model/override-fault.ts'
import type { BookedOverride, BookedRule, RuleBookSnapshot, RuleVersion } from '#model/rule-book.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Session } from '#store/query.ts'
import { readOverrides, readRules, type StoredOverride, type StoredRule } from './book-rows.ts'
import type { RuleLanguage } from './rule-language.ts'

type Reading = Pick<BookedRule, 'facts' | 'fault'>

const RETRY_MS = 1_000
const EMPTY: RuleBookSnapshot = { rules: [], overrides: [] }

/**
 * The book as it was last read. Whoever commits a change calls {@link BookMemory.refresh}: rows are
 * read back after the commit and one refresh at a time, so that of two writers the later wins here too.
 */
export class BookMemory {
  readonly #session: Session
  readonly #language: RuleLanguage
  readonly #log: Logger
  readonly #listeners = new Set<(snapshot: RuleBookSnapshot) => void>()
  #rules: ReadonlyMap<string, BookedRule> = new Map()
  #overrides: ReadonlyMap<string, readonly BookedOverride[]> = new Map()
  #snapshot = EMPTY
  /** Of every document in force what it says: texts change seldom, and parsing is dear. */
  #readings = new Map<string, Reading>()
  #turn: Promise<void> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined

  constructor(session: Session, language: RuleLanguage, log: Logger) {
    this.#session = session
    this.#language = language
    this.#log = log
  }

  get rules(): ReadonlyMap<string, BookedRule> {
    return this.#rules
  }

  get snapshot(): RuleBookSnapshot {
    return this.#snapshot
  }

  overrides(ruleId: string): readonly BookedOverride[] {
    return this.#overrides.get(ruleId) ?? []
  }

  /** Hears of every change that was committed; the result stops it. */
  onChange(listener: (snapshot: RuleBookSnapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @throws Unavailable */
  async read(): Promise<void> {
    const rules = await readRules(this.#session)
    this.#take(rules, await readOverrides(this.#session))
  }

  /** Reads the book back after a commit. What cannot be read now is read when the database answers. */
  refresh(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#readBack())
    return this.#turn
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#listeners.clear()
  }

  async #readBack(): Promise<void> {
    const before = this.#snapshot
    try {
      await this.read()
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'the rule book in memory is behind')
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined
        void this.refresh()
      }, RETRY_MS).unref()
      return
    }
    if (isDeepStrictEqual(before, this.#snapshot)) return
    for (const listener of this.#listeners) this.#tell(listener)
  }

  /** The change is committed, whatever becomes of it in the parts that hear of it. */
  #tell(listener: (snapshot: RuleBookSnapshot) => void): void {
    try {
      listener(this.#snapshot)
    } catch (error) {
      this.#log.error({ err: error }, 'a change of the rule book was not taken up')
    }
  }

  #take(rules: readonly StoredRule[], overrides: readonly StoredOverride[]): void {
    const before = this.#readings
    this.#readings = new Map()
    this.#rules = new Map(
      rules.map((rule) => {
        const key = keyOf(rule)
        const reading = before.get(key) ?? this.#readingOf(rule)
        this.#readings.set(key, reading)
        return [rule.ruleId, toBooked(rule, reading)]
      }),
    )
    const booked = overrides.map((override) => {
      const params = this.#rules.get(override.ruleId)?.facts?.params
      const fault = params === undefined ? FAULTY : (overrideFault(params, override) ?? null)
      return { ...override, fault }
    })
    this.#overrides = Map.groupBy(booked, ({ ruleId }) => ruleId)
    this.#snapshot = {
      rules: [...this.#rules.values()].map(({ ruleId, version, document, enabled, fault }) => ({
        ruleId,
        version,
        document,
        enabled,
        fault,
      })),
      overrides: overrides.map(({ ruleId, param, scope, key, value }) => ({
        ruleId,
        param,
        scope,
        key,
        value,
      })),
    }
  }

  /** A document that a newer Wanmi wrote may say what this one does not know: it is left out. */
  #readingOf(rule: RuleVersion): Reading {
    const { ruleId, version, document } = rule
    try {
      return { facts: this.#language.parse(document, nameOf(rule)).rule, fault: null }
    } catch (error) {
      const reason = messageOf(error)
      const level = isWanmiError(error) ? 'warn' : 'error'
      this.#log[level]({ ruleId, version, reason }, 'a rule of the book is left out')
      return { facts: null, fault: reason }
    }
  }
}

const FAULTY = 'the version in force cannot be read'

const keyOf = ({ ruleId, version }: RuleVersion): string => `${ruleId}@${version}`

/** What a stored version is called in a fault. */
export const nameOf = ({ ruleId, version }: Pick<RuleVersion, 'ruleId' | 'version'>): string =>
  `${ruleId} version ${version}`

const toBooked = (
  { followsLibrary: _follows, libraryVersion, ...rule }: StoredRule,
  reading: Reading,
): BookedRule => ({
  ...rule,
  ...reading,
  waitingVersion: libraryVersion !== null && libraryVersion > rule.version ? libraryVersion : null,
})
