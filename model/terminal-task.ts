import { Type } from 'typebox'
import { type CoordinateSystem, fromWgs84, type Place } from './place.ts'
import { type SchemaFault, schemaCheck } from './schema-fault.ts'
import { isStorable } from './storable.ts'
import { PhotoIds, photoIds } from './terminal-report.ts'
import { type EpochMs, formatInstant } from './time.ts'
import { UUID_PATTERN } from './uuid.ts'
import { withoutNulls } from './without-nulls.ts'

/** The command by which a terminal gets its tasks. */
export const TASK_COMMAND = 'task'

/** What an inspector can be asked: is it as reported (核实), and was it put right (核查)? */
export const TERMINAL_TASKS = ['pre-verify', 'post-check'] as const
export type TerminalTaskKind = (typeof TERMINAL_TASKS)[number]

/** What each can end with. */
export const TASK_OUTCOMES = {
  'pre-verify': ['found', 'not-found'],
  'post-check': ['passed', 'failed'],
} as const satisfies Readonly<Record<TerminalTaskKind, readonly string[]>>
export type TaskOutcome = (typeof TASK_OUTCOMES)[TerminalTaskKind][number]

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

/** The arguments of the command. */
export const TerminalTaskArgs = Type.Object({
  caseId: Type.String({ pattern: UUID_PATTERN }),
  number: Type.String({ pattern: '^[0-9]{19}$', description: 'Of the case, as people say it.' }),
  task: Type.Enum([...TERMINAL_TASKS]),
  title: Type.String(),
  address: nullable(Type.String()),
  lon_deg: nullable(Type.Number({ description: 'In the coordinate system of the terminal.' })),
  lat_deg: nullable(Type.Number()),
  deadlineAt: nullable(Type.String({ format: 'date-time', description: 'Of the task.' })),
  text: nullable(Type.String({ description: 'What to look for.' })),
})
export type TerminalTaskArgs = Type.Static<typeof TerminalTaskArgs>

/** A task for an inspector on the spot. */
export interface TerminalTask {
  readonly caseId: string
  readonly number: string
  readonly task: TerminalTaskKind
  readonly title: string
  readonly address: string | null
  /** WGS-84. */
  readonly place: Place | null
  readonly deadlineAt: EpochMs | null
  readonly text: string | null
}

/** The arguments that tell a terminal of a task, in the coordinate system it speaks itself. */
export function terminalTaskArgs(
  { place, deadlineAt, ...task }: TerminalTask,
  coordinateSystem: CoordinateSystem,
): TerminalTaskArgs {
  const own = place && fromWgs84(place, coordinateSystem)
  return {
    ...task,
    lon_deg: own?.lon_deg ?? null,
    lat_deg: own?.lat_deg ?? null,
    deadlineAt: deadlineAt === null ? null : formatInstant(deadlineAt),
  }
}

/** What a terminal answers as the `result` of a task it has done. */
export const TerminalTaskResult = Type.Object(
  {
    outcome: Type.Enum(Object.values(TASK_OUTCOMES).flat(), {
      description: Object.entries(TASK_OUTCOMES)
        .map(([task, outcomes]) => `Of ${task}: ${outcomes.join(' or ')}.`)
        .join(' '),
    }),
    text: Type.Optional(Type.String({ maxLength: 2_000 })),
    photos: Type.Optional(PhotoIds),
  },
  { additionalProperties: false },
)

/** The answer to a task, as it is believed. */
export interface TaskAnswer {
  readonly outcome: TaskOutcome
  readonly text: string | null
  /** Ids of attachments, in small letters. */
  readonly photos: readonly string[]
}

const faultsOf = schemaCheck(TerminalTaskResult)

/** Reads the result of a task; or everything that is wrong with it. */
export function terminalTaskResult(
  result: unknown,
  task: TerminalTaskKind,
): { readonly answer: TaskAnswer } | { readonly faults: readonly SchemaFault[] } {
  const given = withoutNulls(result)
  const faults = faultsOf(given)
  if (faults.length > 0) return { faults }
  if (!isStorable(given)) return { faults: [{ ...bad('text'), detail: 'text cannot be stored' }] }
  const { outcome, text, photos } = given as Type.Static<typeof TerminalTaskResult>
  const possible: readonly string[] = TASK_OUTCOMES[task]
  if (!possible.includes(outcome)) {
    const detail = `outcome of ${task} must be one of ${possible.join(', ')}`
    return { faults: [{ ...bad('outcome'), detail }] }
  }
  const words = text?.trim() ?? ''
  return {
    answer: {
      outcome,
      text: words === '' ? null : words,
      photos: photoIds(photos),
    },
  }
}

const bad = (field: string): Pick<SchemaFault, 'code' | 'field'> => ({ code: 'bad-value', field })
