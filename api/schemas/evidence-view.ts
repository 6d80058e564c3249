import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import type { EvidenceReading } from '#model/episode.ts'
import { formatInstant } from '#model/time.ts'
import { Values } from './condition-view.ts'

export const EvidenceView = Type.Object({
  measuredAt: Instant,
  seq: Type.Integer(),
  values: Values,
  derived: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()]), {
      description: 'What the functions of the condition gave at the reading that confirmed it.',
    }),
  ),
})

export const showEvidence = ({
  measuredAt,
  seq,
  values,
  derived,
}: EvidenceReading): Static<typeof EvidenceView> => ({
  measuredAt: formatInstant(measuredAt),
  seq,
  values: { ...values },
  ...(derived === undefined ? {} : { derived: { ...derived } }),
})
