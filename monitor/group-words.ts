import type { CaseProposal } from '#model/case.ts'
import type { Episode } from '#model/episode.ts'
import type { Rule } from '#model/rule.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import type { EpisodeBook } from './episode-book.ts'

/** What the second stage needs to know of devices, and how cases are asked for. */
export interface GroupWords {
  /**
   * Devices of a scope that the rule applies to and that were ever heard, where that matters to it;
   * null while not all of them are remembered.
   */
  population(rule: Rule, scope: string): number | null
  /** The case of a group; null where it only watches, or its first device is gone. */
  proposal(
    rule: Rule,
    group: Episode,
    members: readonly MemberStretch[],
    book: EpisodeBook,
  ): CaseProposal | null
  /** Asks for the case of an episode that stands alone. */
  ask(rule: Rule, episode: Episode, book: EpisodeBook): void
}
