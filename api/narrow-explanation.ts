import type { CaseTold, EpisodeTold, Explanation, ObstacleTold } from '#model/explanation.ts'

/** What whoever asks may see beside the device that is explained. */
export interface Sight {
  readonly device: (id: string) => boolean
  readonly case: (id: string) => boolean
}

/** The cases that an explanation tells of. */
export const casesTold = ({ episode }: Explanation): readonly CaseTold[] =>
  [episode?.case, episode?.group?.case].filter((told) => told !== null && told !== undefined)

/**
 * An explanation without what is beyond sight: of what is found together with other devices, those of
 * another area and how many they are, and cases of other places and departments.
 */
export function narrowExplanation(told: Explanation, sight: Sight): Explanation {
  const hidden = new Set(
    casesTold(told)
      .filter(({ id }) => !sight.case(id))
      .map(({ number }) => number),
  )
  return {
    ...told,
    obstacles: told.obstacles.map((obstacle) => narrowObstacle(obstacle, hidden, sight)),
    episode: told.episode && narrowEpisode(told.episode, sight),
  }
}

function narrowObstacle(
  obstacle: ObstacleTold,
  hidden: ReadonlySet<string>,
  sight: Sight,
): ObstacleTold {
  if (obstacle.why !== 'neighbours') {
    return { ...obstacle, names: obstacle.names.filter((name) => !hidden.has(name)) }
  }
  const names = obstacle.names.filter((id) => sight.device(id))
  return { ...obstacle, names, count: names.length }
}

function narrowEpisode({ group, ...episode }: EpisodeTold, sight: Sight): EpisodeTold {
  const seen = (told: CaseTold | null): CaseTold | null =>
    told && (sight.case(told.id) ? told : null)
  return {
    ...episode,
    case: seen(episode.case),
    group: group && { ...group, case: seen(group.case) },
  }
}
