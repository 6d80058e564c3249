import { BLANK_CASE } from '#cases/fold.ts'
import type { Case } from '#model/case.ts'
import type { CaseChange, EpisodeChange } from '#model/commit.ts'
import type { Episode } from '#model/episode.ts'
import { SEVERITIES } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { worstOf } from '#rules/fold.ts'

const keyOf = ({ objectId, phenomenon }: Pick<Case, 'objectId' | 'phenomenon'>): string =>
  `${objectId} ${phenomenon}`
const asks = ({ withdrawnAt, role }: Episode): boolean => withdrawnAt === null && role !== 'member'

/** What the store makes of episodes that ask for cases, in a few lines. */
export class MemoryCases {
  readonly #cases: Case[] = []
  readonly #caseOf = new Map<string, Case>()
  /** How often each episode asked for a case. */
  readonly askedBy = new Map<string, number>()
  /** How often each came to be about something of its own, and no member of a group. */
  readonly timesAlone = new Map<string, number>()
  readonly #roles = new Map<string, Episode['role']>()

  get open(): readonly Case[] {
    return this.#cases.filter(({ state }) => state === 'reported')
  }

  of(episodeId: string): Case | undefined {
    const found = this.#caseOf.get(episodeId)
    return found && this.#cases.find(({ id }) => id === found.id)
  }

  /** `stored`: all episodes, those of the changes as they are now. */
  take(
    changes: readonly EpisodeChange[],
    stored: ReadonlyMap<string, Episode>,
    at: EpochMs,
  ): readonly CaseChange[] {
    const events: CaseChange[] = []
    for (const { episode } of changes) this.#count(episode)
    for (const change of changes) this.#file(change, at, events)
    for (const { episode } of changes) {
      const own = this.of(episode.id)
      if (own?.state !== 'reported') continue
      if (asks(episode)) this.#raise(own, episode, events)
      else this.#withdraw(own, stored, events)
    }
    return events
  }

  #count({ id, role }: Episode): void {
    const before = this.#roles.get(id) ?? 'member'
    this.#roles.set(id, role)
    if (before !== 'member' || role === 'member') return
    this.#times(this.timesAlone, id)
  }

  #times(counts: Map<string, number>, id: string): void {
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }

  #file({ episode, openCase }: EpisodeChange, at: EpochMs, events: CaseChange[]): void {
    if (!openCase) return
    this.#times(this.askedBy, episode.id)
    if (!asks(episode)) return
    const known = this.#cases.find(
      (each) => each.state === 'reported' && keyOf(each) === keyOf(openCase),
    )
    if (known && this.of(episode.id) === known) return
    const id = `case-${this.#cases.length + 1}`
    const own: Case = known ?? { ...BLANK_CASE, ...openCase, id, number: id, updatedAt: at }
    if (!known) this.#cases.push(own)
    this.#caseOf.set(episode.id, own)
    events.push({ type: known ? 'joined' : 'opened', case: own })
  }

  #raise(own: Case, episode: Episode, events: CaseChange[]): void {
    const severity = worstOf(episode)
    if (SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(own.severity)) return
    events.push({ type: 'raised', case: this.#put({ ...own, severity }) })
  }

  #withdraw(own: Case, stored: ReadonlyMap<string, Episode>, events: CaseChange[]): void {
    const stands = [...this.#caseOf].some(([episodeId, { id }]) => {
      const episode = stored.get(episodeId)
      return id === own.id && episode !== undefined && asks(episode)
    })
    if (!stands) events.push({ type: 'withdrawn', case: this.#put({ ...own, state: 'withdrawn' }) })
  }

  #put(changed: Case): Case {
    this.#cases.splice(
      this.#cases.findIndex(({ id }) => id === changed.id),
      1,
      changed,
    )
    return changed
  }
}
