import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import {
  CASE_EVENT_TYPES,
  CASE_ORIGINS,
  type CaseEvent,
  type CaseEventDetail,
  EPISODE_INSTANTS,
  type EpisodeInstant,
  GONE_EPISODES,
} from '#model/case-event.ts'
import { CASE_STATES } from '#model/case-state.ts'
import { ROLES } from '#model/role.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { EvidenceView, showEvidence } from './evidence-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

const Moved = Type.Object({ from: nullable(Instant), to: nullable(Instant) })
const Grade = Type.Enum([...SEVERITIES])

const moves = Object.fromEntries(
  EPISODE_INSTANTS.map((instant) => [instant, Type.Optional(Moved)]),
) as Record<EpisodeInstant, ReturnType<typeof Type.Optional<typeof Moved>>>

const told = (description: string) => Type.Optional(Type.String({ description }))

const Detail = Type.Object(
  {
    ...moves,
    severity: Type.Optional(Type.Object({ from: Grade, to: Grade }, { description: 'Of raised.' })),
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
    reportId: told('Of a report.'),
    place: Type.Optional(nullable(refTo(PlaceView))),
    attachments: Type.Optional(Type.Array(Type.String())),
    duty: Type.Optional(Type.Enum(['stage', 'case'], { description: 'Which deadline.' })),
    dueAt: Type.Optional(Instant),
    passed: Type.Optional(Type.Boolean()),
    inspectorId: told('Who is asked to look.'),
    until: Type.Optional(Instant),
    urgedBy: Type.Optional(Type.Enum(['timeout', 'leader', 'key-case'])),
    otherId: told('Of a merge: the other case.'),
    before: Type.Optional(Type.Enum([...CASE_STATES])),
    episodeIds: Type.Optional(Type.Array(Type.String())),
    proof: Type.Optional(
      Type.Object({
        from: Instant,
        to: Instant,
        readings: Type.Integer(),
        evidence: Type.Array(EvidenceView),
      }),
    ),
  },
  { description: 'The instants are those of episode-moved and episode-over, in event time.' },
)

export const CaseEventView = Type.Object(
  {
    id: Type.String(),
    sequence: Type.Integer({ description: 'From 1 within the case, without a gap.' }),
    at: Instant,
    type: Type.Enum([...CASE_EVENT_TYPES]),
    actor: Type.Object({
      accountId: nullable(Type.String()),
      name: Type.String(),
      role: Type.Enum([...ROLES, 'system']),
    }),
    origin: Type.Enum([...CASE_ORIGINS]),
    reason: nullable(Type.String()),
    episodeId: nullable(Type.String({ description: 'Null: it is about no one episode.' })),
    detail: Detail,
    state: nullable(Type.Enum([...CASE_STATES], { description: 'That it led to; null: none.' })),
  },
  { $id: 'CaseEvent', description: 'One thing that happened to a case. Never changed.' },
)
type CaseEventView = Static<typeof CaseEventView>

export const showEvent = (event: CaseEvent): CaseEventView => ({
  id: event.id,
  sequence: event.sequence,
  at: formatInstant(event.at),
  type: event.type,
  actor: event.actor,
  origin: event.origin,
  reason: event.reason,
  episodeId: event.episodeId,
  detail: showDetail(event.detail),
  state: event.changes.state ?? null,
})

function showDetail({ dueAt, until, proof, episodeIds, attachments, ...detail }: CaseEventDetail) {
  const moved = EPISODE_INSTANTS.flatMap((instant) => {
    const change = detail[instant]
    return change
      ? [[instant, { from: showInstant(change.from), to: showInstant(change.to) }] as const]
      : []
  })
  const rest = Object.fromEntries(
    Object.entries(detail).filter(([name]) => !EPISODE_INSTANTS.some((each) => each === name)),
  ) as Omit<typeof detail, EpisodeInstant>
  return {
    ...rest,
    ...Object.fromEntries(moved),
    ...(attachments && { attachments: [...attachments] }),
    ...(episodeIds && { episodeIds: [...episodeIds] }),
    ...(dueAt !== undefined && { dueAt: formatInstant(dueAt) }),
    ...(until !== undefined && { until: formatInstant(until) }),
    ...(proof && {
      proof: {
        from: formatInstant(proof.from),
        to: formatInstant(proof.to),
        readings: proof.readings,
        evidence: proof.evidence.map(showEvidence),
      },
    }),
  }
}
