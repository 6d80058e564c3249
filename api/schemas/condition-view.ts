import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { type ConditionTold, type ScheduleTold, type TermTold, TRUTHS } from '#model/explanation.ts'
import { nullable } from './shared.ts'

const Texts = Type.Array(Type.String())

export const TermView = Type.Object({
  text: Type.String({
    description: 'A channel, a parameter or a function, as the rule writes it.',
  }),
  value: nullable(Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
  unit: nullable(Type.String({ description: 'UCUM.' })),
})

export const showTerm = ({ text, value, unit }: TermTold): Static<typeof TermView> => ({
  text,
  value,
  unit,
})

const truth = Type.Enum([...TRUTHS])

export const ConditionView = Type.Object(
  {
    text: Type.String(),
    truth,
    clauses: Type.Array(
      Type.Object({
        text: Type.String(),
        truth,
        terms: Type.Array(TermView),
        absentChannels: Texts,
        missingParams: Texts,
        missingAreas: Texts,
      }),
      { description: 'All of them must be true for the condition to be.' },
    ),
  },
  { $id: 'Condition', description: 'What a condition says at a reading, clause by clause.' },
)

export const showCondition = ({
  text,
  truth: said,
  clauses,
}: ConditionTold): Static<typeof ConditionView> => ({
  text,
  truth: said,
  clauses: clauses.map((clause) => ({
    text: clause.text,
    truth: clause.truth,
    terms: clause.terms.map(showTerm),
    absentChannels: [...clause.absentChannels],
    missingParams: [...clause.missingParams],
    missingAreas: [...clause.missingAreas],
  })),
})

export const scheduleProperties = {
  applies: Type.Boolean(),
  from: nullable(Instant),
  until: nullable(Instant),
}

export const showSchedule = ({ applies, from, until }: ScheduleTold) => ({
  applies,
  from: showInstant(from),
  until: showInstant(until),
})

export const Values = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()]))
