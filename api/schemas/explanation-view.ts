import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import {
  AWAITED,
  type CaseTold,
  type EpisodeTold,
  type Explanation,
  OBSTACLES,
  type ObstacleTold,
  PHASES,
  type StateTold,
} from '#model/explanation.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { ConditionView, scheduleProperties, showCondition, showSchedule } from './condition-view.ts'
import { EvidenceView, showEvidence } from './evidence-view.ts'
import { EffectiveParamView, showEffective, Words } from './rule-view.ts'
import { nullable, refTo } from './shared.ts'

const milliseconds = Type.Number()

const RuleToldView = Type.Object({
  id: Type.String(),
  version: nullable(Type.Integer()),
  title: nullable(Words),
  source: nullable(Type.String()),
  hold_ms: milliseconds,
  clearHold_ms: milliseconds,
  cooldown_ms: milliseconds,
  gap_ms: nullable(milliseconds),
  silence_ms: nullable(milliseconds),
})

const StateView = Type.Object({
  phase: Type.Enum([...PHASES]),
  since: nullable(Instant),
  confirmedAt: nullable(Instant),
  held_ms: nullable(milliseconds),
  needed_ms: nullable(milliseconds),
  waitsFor: Type.Enum([...AWAITED]),
  until: nullable(Instant),
  severity: nullable(Type.Enum([...SEVERITIES])),
  grades: Type.Array(Type.Object({ at: Instant, severity: Type.Enum([...SEVERITIES]) })),
})

const PlaceToldView = Type.Object({
  area: Type.String(),
  within_m: nullable(Type.Number()),
  isKnown: Type.Boolean(),
  fixAt: nullable(Instant),
  side: nullable(Type.Enum(['in', 'out'])),
  depth_m: nullable(Type.Number({ description: 'To the boundary: negative outside.' })),
  accuracy_m: nullable(Type.Number()),
  dwell_ms: nullable(milliseconds),
})

const ObstacleView = Type.Object({
  why: Type.Enum([...OBSTACLES]),
  clause: nullable(Type.String()),
  names: Type.Array(Type.String(), {
    description: 'Channels, parameters, areas, parts of the selector, devices or the case.',
  }),
  from: nullable(Instant),
  until: nullable(Instant),
  count: nullable(Type.Integer()),
  needed: nullable(Type.Integer()),
})

const CaseToldView = Type.Object({
  id: Type.String(),
  number: Type.String(),
  state: Type.String(),
})

const EpisodeToldView = Type.Object({
  id: Type.String(),
  startedAt: Instant,
  confirmedAt: Instant,
  endedAt: nullable(Instant),
  clearedAt: nullable(Instant),
  case: nullable(CaseToldView),
  group: nullable(
    Type.Object({
      id: Type.String(),
      scope: nullable(Type.String()),
      confirmedAt: Instant,
      clearedAt: nullable(Instant),
      case: nullable(CaseToldView),
    }),
  ),
})

export const ExplanationView = Type.Object(
  {
    deviceId: Type.String(),
    at: Instant,
    rule: nullable(RuleToldView),
    reading: nullable(
      Type.Object({
        ...EvidenceView.properties,
        receivedAt: Instant,
        age_ms: milliseconds,
        units: Type.Record(Type.String(), Type.String(), { description: 'UCUM, by channel.' }),
      }),
    ),
    params: Type.Record(Type.String(), refTo(EffectiveParamView)),
    schedule: nullable(Type.Object(scheduleProperties)),
    state: nullable(StateView),
    isCertain: Type.Boolean({
      description: 'False: too much history would have to be read to be certain of the state.',
    }),
    condition: nullable(refTo(ConditionView)),
    clear: nullable(refTo(ConditionView)),
    places: Type.Array(PlaceToldView),
    obstacles: Type.Array(ObstacleView, {
      description: 'Why there is no new episode, or no case of it.',
    }),
    episode: nullable(EpisodeToldView),
  },
  { $id: 'Explanation', description: 'Why a rule says of a device what it says at an instant.' },
)
export type ExplanationView = Static<typeof ExplanationView>

export const showExplanation = (told: Explanation): ExplanationView => ({
  deviceId: told.deviceId,
  at: formatInstant(told.at),
  rule: told.rule && { ...told.rule },
  reading: told.reading && {
    ...showEvidence(told.reading),
    receivedAt: formatInstant(told.reading.receivedAt),
    age_ms: told.reading.age_ms,
    units: { ...told.reading.units },
  },
  params: Object.fromEntries(
    Object.entries(told.params).map(([name, param]) => [name, showEffective(param)]),
  ),
  schedule: told.schedule && showSchedule(told.schedule),
  state: told.state && showState(told.state),
  isCertain: told.isCertain,
  condition: told.condition && showCondition(told.condition),
  clear: told.clear && showCondition(told.clear),
  places: told.places.map((place) => ({ ...place, fixAt: showInstant(place.fixAt) })),
  obstacles: told.obstacles.map(showObstacle),
  episode: told.episode && showEpisodeTold(told.episode),
})

const showState = (state: StateTold): Static<typeof StateView> => ({
  ...state,
  since: showInstant(state.since),
  confirmedAt: showInstant(state.confirmedAt),
  until: showInstant(state.until),
  grades: state.grades.map(({ at, severity }) => ({ at: formatInstant(at), severity })),
})

const showObstacle = (told: ObstacleTold): Static<typeof ObstacleView> => ({
  ...told,
  names: [...told.names],
  from: showInstant(told.from),
  until: showInstant(told.until),
})

const showCaseTold = (told: CaseTold | null): Static<typeof CaseToldView> | null =>
  told && { ...told }

const showEpisodeTold = ({ group, ...episode }: EpisodeTold): Static<typeof EpisodeToldView> => ({
  id: episode.id,
  startedAt: formatInstant(episode.startedAt),
  confirmedAt: formatInstant(episode.confirmedAt),
  endedAt: showInstant(episode.endedAt),
  clearedAt: showInstant(episode.clearedAt),
  case: showCaseTold(episode.case),
  group: group && {
    id: group.id,
    scope: group.scope,
    confirmedAt: formatInstant(group.confirmedAt),
    clearedAt: showInstant(group.clearedAt),
    case: showCaseTold(group.case),
  },
})
