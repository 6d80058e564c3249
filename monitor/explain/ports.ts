import type { Episode } from '#model/episode.ts'
import type { CaseTold } from '#model/explanation.ts'
import type { BookedRule } from '#model/rule-book.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { Devices, History } from '#monitor/ports.ts'
import type { Clock } from '#runtime/clock.ts'

/** An episode as it is stored now, with its case. */
export interface EpisodeOfCase {
  readonly episode: Episode
  readonly case: CaseTold | null
  /** The case was there already, for another episode. */
  readonly joined: boolean
}

/** What an explanation needs of the rest of Wanmi. */
export interface ExplainerParts {
  readonly history: Pick<History, 'latest' | 'before' | 'episodes'>
  readonly devices: Pick<Devices, 'find'>
  readonly monitor: Pick<Monitor, 'plans' | 'stateOf' | 'groups'>
  /** Every rule of the city, in force or not. */
  readonly book: () => readonly Pick<
    BookedRule,
    'ruleId' | 'version' | 'document' | 'enabled' | 'fault'
  >[]
  readonly episode: (id: string) => Promise<EpisodeOfCase | undefined>
  readonly clock: Clock
}
