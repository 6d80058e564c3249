import { CASE_COMMANDS, type CaseCommandName } from '#model/case-command.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'
import { startOfDay } from '#web/src/shared/city-day.ts'

export type CaseView = components['schemas']['Case']
export type CaseDetail = components['schemas']['CaseDetail']

/** What a form asks for beside the version, which the page knows. */
export const FIELD_NAMES = [
  'passed',
  'class',
  'condition',
  'severity',
  'departmentId',
  'inspectorId',
  'until',
  'by',
  'isKey',
  'into',
  'reason',
] as const
export type FieldName = (typeof FIELD_NAMES)[number]

export interface DeedField {
  readonly name: FieldName
  readonly isNeeded: boolean
}

/** What somebody typed; an empty text or null is nothing. */
export type DeedDraft = Partial<Record<FieldName, string | boolean | null>> & {
  /** Ids of what was uploaded to belong to it. */
  attachments?: readonly string[]
}

/** What a command takes, in the order in which it is asked for. */
export function fieldsOf(command: CaseCommandName): readonly DeedField[] {
  const schema = CASE_COMMANDS[command] as {
    readonly properties: object
    readonly required?: readonly string[]
  }
  return FIELD_NAMES.filter((name) => name in schema.properties).map((name) => ({
    name,
    isNeeded: schema.required?.includes(name) ?? false,
  }))
}

const NUMBER = /^[0-9]{19}$/

export const isCaseNumber = (text: string): boolean => NUMBER.test(text)

/** The fields of a draft that cannot be sent as they are. */
export const missingIn = (command: CaseCommandName, draft: DeedDraft): readonly FieldName[] =>
  fieldsOf(command)
    .filter(({ name, isNeeded }) => {
      const value = draft[name]
      if (name === 'into') return typeof value !== 'string' || !isCaseNumber(value.trim())
      return isNeeded && (value === undefined || value === null || `${value}`.trim() === '')
    })
    .map(({ name }) => name)

/** Does something to a case as it was seen. @throws Problem, of status 409 when it has changed */
export async function act(
  { id, version }: Pick<CaseView, 'id' | 'version'>,
  command: CaseCommandName,
  draft: DeedDraft,
): Promise<CaseView> {
  const body: Record<string, unknown> = { version }
  for (const { name } of fieldsOf(command)) {
    const value = draft[name]
    if (value === undefined || value === null || value === '') continue
    if (name === 'until') body[name] = startOfDay(String(value))
    else if (name === 'into') body[name] = await idOf(String(value).trim())
    else body[name] = typeof value === 'string' ? value.trim() : value
  }
  if (draft.attachments && draft.attachments.length > 0) body['attachments'] = draft.attachments
  // The path is one of many that take and answer alike.
  const path = `/api/v1/cases/{id}/${command}` as '/api/v1/cases/{id}/note'
  const given = { params: { path: { id } }, body: body as { reason: string } }
  return answerOf(api.POST(path, given))
}

async function idOf(number: string): Promise<string> {
  const path = { id: number }
  const { id } = await answerOf(api.GET('/api/v1/cases/{id}', { params: { path } }))
  return id
}

export const isConflict = (error: unknown): error is Problem =>
  error instanceof Problem && error.status === 409
