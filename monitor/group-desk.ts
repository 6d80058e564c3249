import type { Episode } from '#model/episode.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { keyOfGroup } from '#rules/group/group-scope.ts'
import type { EpisodeBook } from './episode-book.ts'
import { type Group, groupOf, type Member } from './group-episodes.ts'
import type { GroupWords } from './group-words.ts'
import { reworkScope, type Scope, standAlone } from './group-work.ts'

/** What a batch made of the scopes it touched, to be kept once it is committed. */
export type GroupDraft = ReadonlyMap<string, Scope>

/** A member that changed, and the scope it belongs to; null: to none. */
export interface MemberChange {
  readonly rule: Rule
  readonly scope: string | null
  readonly member: Member
}

/** The second stage: from what rules found at single devices to what is so of several together. */
export class GroupDesk {
  readonly #scopes = new Map<string, Scope>()
  /** By member. */
  readonly #scopeOf = new Map<string, string>()
  readonly #words: GroupWords

  constructor(words: GroupWords) {
    this.#words = words
  }

  /** Forgets all it knew. */
  forget(): void {
    this.#scopes.clear()
    this.#scopeOf.clear()
  }

  /** Takes what was found before, of one rule. All of it is worked through next time. */
  load(rule: Rule, members: readonly MemberChange[], groups: readonly Episode[]): void {
    const ofScope = Map.groupBy(members, ({ scope }) => scope)
    const groupsOf = Map.groupBy(groups, ({ scope }) => keyOfGroup(rule, scope ?? ''))
    const keys = new Set([...ofScope.keys(), ...groupsOf.keys()].filter((key) => key !== null))
    for (const key of keys) {
      const own = (ofScope.get(key) ?? []).map(({ member }) => member)
      const known = new Map(own.map((member) => [member.id, member]))
      const mine = (groupsOf.get(key) ?? []).map((episode): Group => groupOf(episode, own))
      this.#put(scopeId(rule, key), {
        rule,
        key,
        members: known,
        groups: mine,
        population: 0,
        dueAt: 0,
      })
    }
  }

  /** What is known of the devices of one scope. */
  membersOf(rule: Rule, scope: string): readonly Member[] {
    return [...(this.#scopes.get(scopeId(rule, scope))?.members.values() ?? [])]
  }

  /** Works changes of members through and writes what follows into the book. */
  work(changes: readonly MemberChange[], book: EpisodeBook): GroupDraft {
    const draft = new Map<string, Scope>()
    for (const change of changes) this.#take(change, draft, book)
    for (const [id, scope] of this.#scopes) {
      if (!draft.has(id) && this.#isDue(scope, book.now)) draft.set(id, scope)
    }
    for (const [id, scope] of draft) {
      const population = this.#words.population(scope.rule, scope.key)
      // Until it is known how many there are nothing follows.
      if (population !== null) {
        draft.set(id, reworkScope({ ...scope, population }, this.#words, book))
      }
    }
    return draft
  }

  /** The draft's batch was committed. */
  keep(draft: GroupDraft): void {
    for (const [id, scope] of draft) {
      for (const member of this.#scopes.get(id)?.members.keys() ?? []) {
        if (this.#scopeOf.get(member) === id) this.#scopeOf.delete(member)
      }
      if (scope.members.size === 0 && scope.groups.length === 0) this.#scopes.delete(id)
      else this.#put(id, scope)
    }
  }

  #put(id: string, scope: Scope): void {
    this.#scopes.set(id, scope)
    for (const member of scope.members.keys()) this.#scopeOf.set(member, id)
  }

  #isDue(scope: Scope, now: EpochMs): boolean {
    if (scope.dueAt <= now) return true
    const population = this.#words.population(scope.rule, scope.key)
    return population !== null && population !== scope.population
  }

  #take({ rule, scope, member }: MemberChange, draft: Map<string, Scope>, book: EpisodeBook): void {
    const before = this.#leave(member, draft)
    const known = before ? asBefore(member, before, book) : member
    if (member.episode.withdrawnAt !== null) return
    if (scope === null) {
      standAlone(rule, known, this.#words, book)
      return
    }
    const id = scopeId(rule, scope)
    const now = draft.get(id) ?? this.#scopes.get(id) ?? nothing(rule, scope)
    draft.set(id, { ...now, members: new Map(now.members).set(member.id, known), dueAt: 0 })
  }

  /** Takes a member out of where it was, for it may have moved. */
  #leave({ id }: Member, draft: Map<string, Scope>): Member | undefined {
    const scopeOf = this.#scopeOf.get(id)
    const scope =
      scopeOf === undefined ? undefined : (draft.get(scopeOf) ?? this.#scopes.get(scopeOf))
    if (scopeOf === undefined || !scope) return undefined
    const members = new Map(scope.members)
    members.delete(id)
    draft.set(scopeOf, { ...scope, members, dueAt: 0 })
    return scope.members.get(id)
  }
}

/** What a member is to its group is known here alone; whoever changed it did not look. */
function asBefore(member: Member, { episode, asked }: Member, book: EpisodeBook): Member {
  const { role } = episode
  const groupId = member.episode.withdrawnAt === null ? episode.groupId : null
  const isSame = member.episode.role === role && member.episode.groupId === groupId
  return {
    ...member,
    episode: isSame ? member.episode : book.write({ ...member.episode, role, groupId }),
    asked,
  }
}

const nothing = (rule: Rule, key: string): Scope => ({
  rule,
  key,
  members: new Map(),
  groups: [],
  population: 0,
  dueAt: 0,
})

const scopeId = (rule: Rule, key: string): string => `${rule.id} ${key}`
