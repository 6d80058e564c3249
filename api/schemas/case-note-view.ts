import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import {
  CASE_NOTE_TYPES,
  type CaseNote,
  EPISODE_INSTANTS,
  type EpisodeInstant,
  GONE_EPISODES,
} from '#model/case.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

const Moved = Type.Object({ from: nullable(Instant), to: nullable(Instant) })
const Grade = Type.Enum([...SEVERITIES])

const moves = Object.fromEntries(
  EPISODE_INSTANTS.map((instant) => [instant, Type.Optional(Moved)]),
) as Record<EpisodeInstant, ReturnType<typeof Type.Optional<typeof Moved>>>

export const CaseNoteView = Type.Object(
  {
    at: Instant,
    type: Type.Enum([...CASE_NOTE_TYPES]),
    episodeId: nullable(Type.String({ description: 'Null: it is about no one episode.' })),
    detail: Type.Object(
      {
        severity: Type.Optional(
          Type.Object({ from: Grade, to: Grade }, { description: 'Of raised.' }),
        ),
        ...moves,
        became: Type.Optional(
          Type.Enum([...GONE_EPISODES], { description: 'Of episode-gone: what it is now.' }),
        ),
        groupId: Type.Optional(
          nullable(Type.String({ description: 'The group it became a member of.' })),
        ),
        standing: Type.Optional(
          Type.Integer({
            description: 'Of episode-gone: how many episodes of the case stand after it.',
          }),
        ),
      },
      { description: 'The instants are those of episode-moved and episode-over, in event time.' },
    ),
  },
  { $id: 'CaseNote', description: 'One thing that happened to a case. Never changed.' },
)
type CaseNoteView = Static<typeof CaseNoteView>

export function showNote({ at, type, episodeId, detail }: CaseNote): CaseNoteView {
  const { severity, became, groupId, standing } = detail
  const moved = EPISODE_INSTANTS.flatMap((instant) => {
    const change = detail[instant]
    return change
      ? [[instant, { from: showInstant(change.from), to: showInstant(change.to) }] as const]
      : []
  })
  return {
    at: formatInstant(at),
    type,
    episodeId,
    detail: {
      ...(severity && { severity }),
      ...Object.fromEntries(moved),
      ...(became && { became }),
      ...(groupId !== undefined && { groupId }),
      ...(standing !== undefined && { standing }),
    },
  }
}
