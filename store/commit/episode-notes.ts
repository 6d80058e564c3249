import { type CaseEventDetail, EPISODE_INSTANTS, type EpisodeInstant } from '#model/case-event.ts'
import type { Episode } from '#model/episode.ts'
import type { NewNote } from './case-book.ts'

/** An episode as it was stored before a commit. */
export type EpisodeBefore = Pick<Episode, 'role' | 'withdrawnAt' | EpisodeInstant>

/** Whether there is something to have a case about. */
export const stands = ({ withdrawnAt, role }: Pick<Episode, 'withdrawnAt' | 'role'>): boolean =>
  withdrawnAt === null && role !== 'member'

/**
 * What is noted on the case of an episode that was written again.
 *
 * @param standing of cases of which an episode may be gone: how many of theirs stand
 */
export function notesOfEpisode(
  before: EpisodeBefore,
  episode: Episode,
  caseId: string,
  standing: ReadonlyMap<string, number>,
): readonly NewNote[] {
  const note = (type: NewNote['type'], detail: CaseEventDetail): NewNote => ({
    caseId,
    type,
    episodeId: episode.id,
    detail,
  })
  if (!stands(episode)) {
    if (!stands(before)) return []
    const fate: CaseEventDetail =
      episode.withdrawnAt === null
        ? { became: 'member', groupId: episode.groupId }
        : { became: 'withdrawn' }
    return [note('episode-gone', { ...fate, standing: standing.get(caseId) ?? 0 })]
  }
  const returned = stands(before) ? [] : [note('joined', {})]
  const moved = EPISODE_INSTANTS.filter((instant) => before[instant] !== episode[instant])
  const isOver = before.clearedAt === null && episode.clearedAt !== null
  const ofEnd = moved.filter((instant) => isOver && isOfEnd(instant))
  const others = moved.filter((instant) => !ofEnd.includes(instant))
  return [
    ...returned,
    ...(others.length > 0 ? [note('episode-moved', fromTo(before, episode, others))] : []),
    ...(isOver ? [note('episode-over', fromTo(before, episode, ofEnd))] : []),
  ]
}

const isOfEnd = (instant: EpisodeInstant): boolean =>
  instant === 'endedAt' || instant === 'clearedAt'

const fromTo = (
  before: EpisodeBefore,
  episode: Episode,
  instants: readonly EpisodeInstant[],
): CaseEventDetail =>
  Object.fromEntries(
    instants.map((instant) => [instant, { from: before[instant], to: episode[instant] }]),
  )
