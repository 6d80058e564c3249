import type { Episode, EvidenceReading } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import { compareReadings } from '#model/reading.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import { fromEvidence, toEvidence } from './evidence.ts'

/** An episode as the fold sees it, with the episode it stands for. */
export interface EpisodeStretch extends Stretch {
  readonly episode: Episode
}

export function stretchOf(kind: DeviceKind, episode: Episode): EpisodeStretch {
  const [first, confirmed] = [episode.evidence[0], episode.evidence.at(-1)]
  return {
    episode,
    first: first ? fromEvidence(kind, first) : bare(episode.startedAt),
    confirmed:
      confirmed?.measuredAt === episode.confirmedAt
        ? fromEvidence(kind, confirmed)
        : bare(episode.confirmedAt),
    endedAt: episode.endedAt,
    clearedAt: episode.clearedAt,
    severity: episode.severity,
    grades: episode.grades,
    derived: confirmed?.derived,
  }
}

const bare = (measuredAt: Sample['measuredAt']): Sample => ({ measuredAt, seq: 0, values: [] })

/** The fields of an episode that its stretch decides. */
export function spanOf(kind: DeviceKind, stretch: Stretch) {
  const { first, confirmed, endedAt, clearedAt, severity, grades, derived } = stretch
  // Read back from the database the two may be one reading in two objects. A silence is confirmed
  // by no reading at all.
  const isReading = confirmed.values.length > 0
  const shown = isReading && compareReadings(confirmed, first) !== 0 ? [first, confirmed] : [first]
  const evidence = shown.map((sample) => toEvidence(kind, sample))
  if (derived !== undefined) evidence.push({ ...(evidence.pop() as EvidenceReading), derived })
  return {
    severity,
    grades,
    startedAt: first.measuredAt,
    confirmedAt: confirmed.measuredAt,
    endedAt,
    clearedAt,
    evidence,
  }
}
