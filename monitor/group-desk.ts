import { v7 as uuid } from 'uuid'
import type { Episode } from '#model/episode.ts'
import type { Rule } from '#model/rule.ts'
import { days, type EpochMs } from '#model/time.ts'
import { aloneFrom } from '#rules/group/alone-from.ts'
import { findClusters } from '#rules/group/find-clusters.ts'
import { findMassSilences } from '#rules/group/find-mass-silences.ts'
import { groupsByMember } from '#rules/group/group-of-member.ts'
import { asOf, type GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { reconcileGroups } from '#rules/group/reconcile-groups.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { GroupWords } from './group-words.ts'

/** A stretch of one device, with the episode it stands for. */
export interface Member extends MemberStretch {
  readonly episode: Episode
  /** It stands alone and has asked for its case. */
  readonly asked: boolean
}

interface Group extends GroupStretch {
  readonly episode: Episode
}

/** What is known of the devices that one rule looks at together. */
interface Scope {
  readonly rule: Rule
  readonly key: string
  readonly members: ReadonlyMap<string, Member>
  readonly groups: readonly Group[]
  /** When a group clears without any member changing; infinite when none does. */
  readonly dueAt: number
}

/** What a batch made of the scopes it touched, to be kept once it is committed. */
export type GroupDraft = ReadonlyMap<string, Scope>

/** A member that changed, and the scope it belongs to. */
export interface MemberChange {
  readonly rule: Rule
  readonly scope: string
  readonly member: Member
}

/** Stretches that were over so long ago are no longer looked at, unless their group lasts. */
export const GROUP_HORIZON = days(7)

/** The second stage: from what rules found at single devices to what is so of several together. */
export class GroupDesk {
  readonly #scopes = new Map<string, Scope>()
  readonly #words: GroupWords

  constructor(words: GroupWords) {
    this.#words = words
  }

  /** Takes what was found before, of one rule. */
  load(rule: Rule, members: readonly MemberChange[], groups: readonly Episode[]): void {
    const byScope = Map.groupBy(members, ({ scope }) => scope)
    for (const [key, own] of byScope) {
      const known = new Map(own.map(({ member }) => [member.id, member]))
      const mine = groups
        .map((episode) => groupOf(episode, [...known.values()]))
        .filter((group) => group !== undefined)
      this.#scopes.set(scopeId(rule, key), {
        rule,
        key,
        members: known,
        groups: mine,
        dueAt: mine.some(({ clearedAt }) => clearedAt === null) ? 0 : Infinity,
      })
    }
  }

  /** Forgets all it knew of a rule. */
  forget(ruleId: string): void {
    for (const [id, { rule }] of this.#scopes) if (rule.id === ruleId) this.#scopes.delete(id)
  }

  /** Whether something is due that no reading brings. */
  isDue(now: EpochMs): boolean {
    return this.#scopes.values().some(({ dueAt }) => dueAt <= now)
  }

  /** What is known of the devices of one scope. */
  membersOf(rule: Rule, scope: string): readonly Member[] {
    return [...(this.#scopes.get(scopeId(rule, scope))?.members.values() ?? [])]
  }

  /** Works changes of members through and writes what follows into the book. */
  work(changes: readonly MemberChange[], book: EpisodeBook): GroupDraft {
    const draft = new Map<string, Scope>()
    for (const { rule, scope, member } of changes) {
      const id = scopeId(rule, scope)
      const before = draft.get(id) ?? this.#scopes.get(id)
      const members = new Map(before?.members)
      if (member.episode.withdrawnAt === null) {
        const { asked = false } = members.get(member.id) ?? {}
        members.set(member.id, { ...member, asked })
      } else members.delete(member.id)
      const groups = before?.groups ?? []
      draft.set(id, { rule, key: scope, members, groups, dueAt: 0 })
    }
    for (const [id, scope] of this.#scopes) {
      if (scope.dueAt <= book.now && !draft.has(id)) draft.set(id, scope)
    }
    for (const [id, scope] of draft) draft.set(id, this.#rework(scope, book))
    return draft
  }

  /** The draft's batch was committed. */
  keep(draft: GroupDraft): void {
    for (const [id, scope] of draft) {
      if (scope.members.size === 0 && scope.groups.length === 0) this.#scopes.delete(id)
      else this.#scopes.set(id, scope)
    }
  }

  #rework(scope: Scope, book: EpisodeBook): Scope {
    const { rule, key } = scope
    const members = recent(scope, book.now)
    const stretches = this.#find(rule, key, members)
    const found = asOf(stretches, book.now)
    const { amended, vanished, appeared } = reconcileGroups(
      scope.groups.filter(({ clearedAt }) => isRecent(clearedAt, book.now)),
      found,
    )
    for (const { episode } of vanished) book.write({ ...episode, withdrawnAt: book.now })
    const changed = new Map<GroupStretch, Group>()
    for (const { stored, found: now } of amended) {
      const { severity } = stored.episode
      const grades = [{ at: now.confirmedAt, severity }]
      const episode = { ...stored.episode, ...spanOfGroup(now, members), grades }
      changed.set(now, { ...now, episode: book.write(episode) })
    }
    for (const now of appeared) {
      const group = this.#appear(rule, now, members, book)
      if (group) changed.set(now, group)
    }
    const gone = new Set([...vanished, ...amended.map(({ stored }) => stored)])
    const kept = scope.groups.filter((group) => !gone.has(group))
    const groups = [...kept, ...changed.values()]
    return {
      rule,
      key,
      groups: groups.filter(({ clearedAt }) => isRecent(clearedAt, book.now)),
      members: this.#place(rule, members, groups, book),
      dueAt: Math.min(
        Infinity,
        ...stretches.flatMap(({ clearedAt }) =>
          clearedAt !== null && clearedAt > book.now ? [clearedAt] : [],
        ),
      ),
    }
  }

  #find(rule: Rule, key: string, members: ReadonlyMap<string, Member>): readonly GroupStretch[] {
    const all = [...members.values()]
    if (rule.neighbours) return findClusters(all, rule.neighbours)
    if (!rule.mass) return []
    return findMassSilences(all, this.#words.population(rule, key), rule.mass, key)
  }

  #appear(
    rule: Rule,
    stretch: GroupStretch,
    members: ReadonlyMap<string, Member>,
    book: EpisodeBook,
  ): Group | undefined {
    const lead = members.get(stretch.lead)
    if (!lead) return undefined
    const { phenomenon, severity } = rule.mass ?? rule
    const episode: Episode = {
      id: uuid(),
      ruleId: rule.id,
      ruleVersion: lead.episode.ruleVersion,
      phenomenon,
      role: 'group',
      groupId: null,
      severity,
      grades: [{ at: stretch.confirmedAt, severity }],
      withdrawnAt: null,
      ...spanOfGroup(stretch, members),
    }
    const own = stretch.members.flatMap((id) => members.get(id) ?? [])
    book.write(episode, this.#words.proposal(rule, episode, own, book))
    return { ...stretch, episode }
  }

  /** Tells members which group they belong to, and lets those that stand alone ask for a case. */
  #place(
    rule: Rule,
    members: ReadonlyMap<string, Member>,
    groups: readonly Group[],
    book: EpisodeBook,
  ): ReadonlyMap<string, Member> {
    const groupOfMember = groupsByMember(groups)
    const placed = new Map<string, Member>()
    for (const [id, member] of members) {
      const group = groupOfMember.get(id)
      const isAlone = rule.mass !== null && aloneFrom(member, group) !== null
      const role = isAlone ? 'single' : 'member'
      const groupId = group?.episode.id ?? null
      let { episode, asked } = member
      if (episode.role !== role || episode.groupId !== groupId) {
        episode = book.write({ ...book.latest(episode), role, groupId })
      }
      if (isAlone && !asked) this.#words.ask(rule, episode, book)
      asked = isAlone
      placed.set(id, { ...member, episode, asked })
    }
    return placed
  }
}

const scopeId = (rule: Rule, key: string): string => `${rule.id} ${key}`

const isRecent = (clearedAt: EpochMs | null, now: EpochMs): boolean =>
  clearedAt === null || clearedAt > now - GROUP_HORIZON

function recent({ members, groups }: Scope, now: EpochMs): ReadonlyMap<string, Member> {
  const lasting = new Set(
    groups.flatMap((group) => (isRecent(group.clearedAt, now) ? group.members : [])),
  )
  const kept = [...members].filter(
    ([id, { clearedAt }]) => isRecent(clearedAt, now) || lasting.has(id),
  )
  return new Map(kept)
}

const spanOfGroup = (stretch: GroupStretch, members: ReadonlyMap<string, Member>) => {
  const lead = members.get(stretch.lead)
  return {
    deviceId: lead?.deviceId ?? '',
    scope: stretch.key,
    startedAt: stretch.startedAt,
    confirmedAt: stretch.confirmedAt,
    endedAt: stretch.endedAt,
    clearedAt: stretch.clearedAt,
    evidence: lead?.episode.evidence ?? [],
  }
}

/** A stored group with its members in this scope; undefined when none of them is here. */
function groupOf(episode: Episode, members: readonly Member[]): Group | undefined {
  const own = members.filter((member) => member.episode.groupId === episode.id)
  const lead = own.find(({ deviceId }) => deviceId === episode.deviceId) ?? own[0]
  if (!lead) return undefined
  const { scope, startedAt, confirmedAt, endedAt, clearedAt } = episode
  return {
    episode,
    key: scope ?? '',
    lead: lead.id,
    members: own.map(({ id }) => id).sort(),
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
  }
}
