import { isDeepStrictEqual } from 'node:util'
import { v7 as uuid } from 'uuid'
import type { Episode } from '#model/episode.ts'
import type { Rule } from '#model/rule.ts'
import { days, type EpochMs } from '#model/time.ts'
import { aloneFrom } from '#rules/group/alone-from.ts'
import { findClusters } from '#rules/group/find-clusters.ts'
import { findMassSilences } from '#rules/group/find-mass-silences.ts'
import { groupsByMember } from '#rules/group/group-of-member.ts'
import { asOf, type GroupStretch } from '#rules/group/group-stretch.ts'
import { reconcileGroups } from '#rules/group/reconcile-groups.ts'
import type { EpisodeBook } from './episode-book.ts'
import { type Group, type Member, spanOfGroup } from './group-episodes.ts'
import type { GroupWords } from './group-words.ts'

/** What is known of the devices that one rule looks at together. */
export interface Scope {
  readonly rule: Rule
  readonly key: string
  readonly members: ReadonlyMap<string, Member>
  readonly groups: readonly Group[]
  /** Of devices, when it was last worked through. */
  readonly population: number
  /** When a group clears without any member changing; infinite when none does. */
  readonly dueAt: number
}

/** Stretches that were over so long ago are no longer looked at, unless their group lasts. */
export const GROUP_HORIZON = days(7)

/** Finds the groups of a scope anew and writes into the book what is other than before. */
export function reworkScope(scope: Scope, words: GroupWords, book: EpisodeBook): Scope {
  const { rule } = scope
  const members = recent(scope, book.now)
  const stretches = find(scope, members)
  const before = scope.groups.filter(({ clearedAt }) => isRecent(clearedAt, book.now))
  const { amended, vanished, appeared } = reconcileGroups(before, asOf(stretches, book.now))
  for (const { episode } of vanished) book.write({ ...episode, withdrawnAt: book.now })
  const amendedTo = new Map(amended.map(({ stored, found }) => [stored, found]))
  const isGone = new Set(vanished)
  const groups = [
    ...before
      .filter((group) => !isGone.has(group))
      .map((group) => amend(group, amendedTo.get(group) ?? group, members, book)),
    ...appeared.flatMap((found) => appear(rule, found, members, words, book) ?? []),
  ]
  return {
    ...scope,
    groups,
    members: place(rule, members, groups, words, book),
    dueAt: Math.min(
      Infinity,
      ...stretches.flatMap(({ clearedAt }) =>
        clearedAt !== null && clearedAt > book.now ? [clearedAt] : [],
      ),
    ),
  }
}

/** What belongs to no scope is in no group: of a rule of mass silence it stands alone. */
export function standAlone(rule: Rule, member: Member, words: GroupWords, book: EpisodeBook): void {
  placeOne(rule, member, undefined, words, book)
}

function find(
  { rule, key, population }: Scope,
  members: ReadonlyMap<string, Member>,
): readonly GroupStretch[] {
  const all = [...members.values()]
  if (rule.neighbours) return findClusters(all, rule.neighbours)
  return rule.mass ? findMassSilences(all, population, rule.mass, key) : []
}

/** A group that goes on. What is shown of it may be other even where the group is the same. */
function amend(
  { episode }: Group,
  found: GroupStretch,
  members: ReadonlyMap<string, Member>,
  book: EpisodeBook,
): Group {
  const now = { ...episode, ...spanOfGroup(found, episode.severity, members) }
  return { ...found, episode: isDeepStrictEqual(now, episode) ? episode : book.write(now) }
}

function appear(
  rule: Rule,
  stretch: GroupStretch,
  members: ReadonlyMap<string, Member>,
  words: GroupWords,
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
    withdrawnAt: null,
    ...spanOfGroup(stretch, severity, members),
  }
  const own = stretch.members.flatMap((id) => members.get(id) ?? [])
  book.write(episode, words.proposal(rule, episode, own, book))
  return { ...stretch, episode }
}

/** Tells members which group they belong to, and lets those that stand alone ask for a case. */
function place(
  rule: Rule,
  members: ReadonlyMap<string, Member>,
  groups: readonly Group[],
  words: GroupWords,
  book: EpisodeBook,
): ReadonlyMap<string, Member> {
  const groupOfMember = groupsByMember(groups)
  return new Map(
    [...members].map(([id, member]) => [
      id,
      placeOne(rule, member, groupOfMember.get(id), words, book),
    ]),
  )
}

function placeOne(
  rule: Rule,
  member: Member,
  group: Group | undefined,
  words: GroupWords,
  book: EpisodeBook,
): Member {
  const isAlone = rule.mass !== null && aloneFrom(member, group) !== null
  const role = isAlone ? 'single' : 'member'
  const groupId = group?.episode.id ?? null
  let { episode } = member
  if (episode.role !== role || episode.groupId !== groupId) {
    episode = book.write({ ...book.latest(episode), role, groupId })
  }
  if (isAlone && !member.asked) words.ask(rule, episode, book)
  return { ...member, episode, asked: isAlone }
}

const isRecent = (clearedAt: EpochMs | null, now: EpochMs): boolean =>
  clearedAt === null || clearedAt > now - GROUP_HORIZON

function recent({ members, groups }: Scope, now: EpochMs): ReadonlyMap<string, Member> {
  const lasting = new Set(
    groups.flatMap((group) => (isRecent(group.clearedAt, now) ? group.members : [])),
  )
  return new Map(
    [...members].filter(([id, { clearedAt }]) => isRecent(clearedAt, now) || lasting.has(id)),
  )
}
