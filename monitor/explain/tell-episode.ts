import type { Episode } from '#model/episode.ts'
import type { EpisodeTold, ObstacleTold } from '#model/explanation.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { obstacle } from '#rules/explain/obstacles.ts'
import type { EpisodeOfCase, ExplainerParts } from './ports.ts'

interface ToldEpisode {
  readonly episode: EpisodeTold
  /** Why there is no case of its own. */
  readonly obstacles: readonly ObstacleTold[]
}

/** An episode with its case and its group, and why it has no case of its own. */
export async function tellEpisode(
  parts: Pick<ExplainerParts, 'episode' | 'monitor'>,
  rule: Rule,
  episode: Episode,
  at: EpochMs,
): Promise<ToldEpisode> {
  const found = await parts.episode(episode.id)
  const group = episode.groupId === null ? undefined : await parts.episode(episode.groupId)
  const { id, startedAt, confirmedAt, endedAt, clearedAt } = episode
  const told: EpisodeTold = {
    id,
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
    case: found?.case ?? null,
    group: group
      ? {
          id: group.episode.id,
          scope: group.episode.scope,
          confirmedAt: group.episode.confirmedAt,
          clearedAt: group.episode.clearedAt,
          case: group.case,
        }
      : null,
  }
  return { episode: told, obstacles: obstaclesTo(parts, rule, episode, found, group, at) }
}

function obstaclesTo(
  { monitor }: Pick<ExplainerParts, 'monitor'>,
  rule: Rule,
  episode: Episode,
  found: EpisodeOfCase | undefined,
  group: EpisodeOfCase | undefined,
  at: EpochMs,
): readonly ObstacleTold[] {
  if (group) {
    const names = [group.case?.number, group.episode.scope].filter(
      (name) => typeof name === 'string',
    )
    if (rule.mass) return [obstacle('mass-silence', { names, from: group.episode.confirmedAt })]
    return group.case || rule.outcome.case !== 'none' ? [] : [obstacle('only-watched')]
  }
  if (rule.neighbours) {
    const near = monitor.groups.near(rule, episode, at)
    const { atLeast: needed } = rule.neighbours
    return [obstacle('neighbours', { names: near, count: near.length, needed })]
  }
  if (rule.outcome.case === 'none') return [obstacle('only-watched')]
  return found?.case && found.joined ? [obstacle('merged', { names: [found.case.number] })] : []
}
