import { type TProperties, Type } from 'typebox'
import { SEVERITIES } from './rule.ts'

const uuid = (description?: string) =>
  Type.String({
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    ...(description !== undefined && { description }),
  })
const Reason = Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' })
const Class = Type.String({ pattern: '^[0-9]{4}$', description: 'Major and minor, four digits.' })

const common = {
  version: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Of the case as it was seen: refused when it has changed since.',
    }),
  ),
  attachments: Type.Optional(
    Type.Array(uuid(), { maxItems: 20, description: 'Ids of uploads that belong to it.' }),
  ),
}

const body = <Properties extends TProperties>(properties: Properties) =>
  Type.Object({ ...common, ...properties }, { additionalProperties: false })

const why = body({ reason: Reason })
const mayWhy = body({ reason: Type.Optional(Reason) })
const asked = body({
  inspectorId: Type.Optional(uuid('Unset: the nearest inspector on duty.')),
  reason: Type.Optional(Reason),
})
const found = body({ passed: Type.Boolean(), reason: Reason })

/** What may be done to a case, with what each takes. */
export const CASE_COMMANDS = {
  accept: mayWhy,
  reject: why,
  'ask-pre-verification': asked,
  'pre-verify': found,
  file: body({
    class: Type.Optional(Class),
    condition: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    severity: Type.Optional(Type.Enum([...SEVERITIES])),
    reason: Type.Optional(Reason),
  }),
  dispatch: body({
    departmentId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Unset: the one proposed.' }),
    ),
    reason: Type.Optional(Reason),
  }),
  return: why,
  start: mayWhy,
  note: why,
  'feed-back': why,
  'ask-post-check': asked,
  'post-check': found,
  close: mayWhy,
  rework: why,
  void: why,
  'ask-extension': why,
  'grant-extension': mayWhy,
  'refuse-extension': why,
  'ask-parking': body({
    until: Type.String({ maxLength: 40, description: 'RFC 3339, with a zone.' }),
    reason: Reason,
  }),
  'grant-parking': mayWhy,
  'refuse-parking': why,
  resume: why,
  urge: body({ by: Type.Enum(['leader', 'key-case', 'timeout']), reason: Reason }),
  'mark-key': body({ isKey: Type.Boolean(), reason: Type.Optional(Reason) }),
  merge: body({
    into: uuid('Id of the master case.'),
    reason: Type.Optional(Reason),
  }),
  split: why,
  reopen: why,
} as const

export type CaseCommandName = keyof typeof CASE_COMMANDS
export const CASE_COMMAND_NAMES = Object.keys(CASE_COMMANDS) as readonly CaseCommandName[]

/** What one command takes, with its name. */
export type CaseCommandOf<Name extends CaseCommandName> = { readonly name: Name } & Type.Static<
  (typeof CASE_COMMANDS)[Name]
>

export type CaseCommand = {
  [Name in CaseCommandName]: CaseCommandOf<Name>
}[CaseCommandName]
