import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Rejected } from '#model/error.ts'
import { RULE_DOCUMENT_MAX_CHARACTERS } from '#model/rule-book.ts'
import type { RuleFault } from '#model/rule-fault.ts'
import { principalOf } from './authentication.ts'

/** In an address: the id of a rule. */
export const RuleParams = Type.Object({ id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' }) })

/** Who changes a rule and why, in a body or an address. */
export const editProperties = {
  author: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description:
        'Who does it, where the admin token asks; `admin` when absent. Of an account it is its name.',
    }),
  ),
  note: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Why.' })),
  ifVersion: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Only while this version is in force, or it is a conflict; 0: no such rule yet.',
    }),
  ),
}
const Edit = Type.Object(editProperties)

/** Nobody signs with the name of another: only the admin token, which is nobody, may say who it is. */
export function authorOf(request: FastifyRequest, given: string | undefined): string {
  const { accountId, name } = principalOf(request)
  return accountId === null ? (given ?? 'admin') : name
}

export const editOf = (
  request: FastifyRequest,
  { author, note, ifVersion }: Static<typeof Edit>,
) => ({ author: authorOf(request, author), note, ifVersion })

export const Document = Type.String({
  minLength: 1,
  maxLength: RULE_DOCUMENT_MAX_CHARACTERS,
  description: 'The YAML.',
})

/** A document as it is, or in JSON beside what is said of it. */
export const DocumentBody = Type.Union([
  Type.Object({ document: Document, ...editProperties }, { additionalProperties: false }),
  Document,
])

export const YAML_TYPES = ['text/yaml', 'application/yaml'] as const

export const documentOf = (body: Static<typeof DocumentBody>): string =>
  typeof body === 'string' ? body : body.document

interface Fault {
  readonly detail: string
  readonly line?: number
  readonly column?: number
  readonly fault?: RuleFault
}

interface ToldFault extends Omit<Fault, 'fault'> {
  readonly code?: RuleFault['code']
  readonly params?: RuleFault['params']
}

/** What is wrong with a document, each fault with its place where it is known. */
export function ruleFaults({ message, detail }: Rejected): ToldFault[] {
  if (Array.isArray(detail.errors)) {
    return (detail.errors as Fault[]).map((fault) => ({
      detail: fault.detail,
      ...(fault.line === undefined ? {} : { line: fault.line }),
      ...(fault.column === undefined ? {} : { column: fault.column }),
      ...(fault.fault && { code: fault.fault.code, params: fault.fault.params }),
    }))
  }
  const [, line, column] = /at line (\d+), column (\d+)/.exec(message) ?? []
  if (line === undefined || column === undefined) return [{ detail: message }]
  return [{ detail: message, line: Number(line), column: Number(column) }]
}
