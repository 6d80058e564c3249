import { Type } from 'typebox'
import {
  ERROR_CODES,
  type ErrorCode,
  isWanmiError,
  Rejected,
  type WanmiError,
} from '#model/error.ts'
import { describeFaults } from '#model/schema-fault.ts'

/** The HTTP status of every error code. */
export const PROBLEM_STATUS: Readonly<Record<ErrorCode, number>> = {
  'invalid-input': 400,
  'not-found': 404,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  'cross-site': 403,
  'password-due': 403,
  'too-many-attempts': 429,
  'too-many-requests': 429,
  'too-large': 413,
  'unsupported-media': 415,
  'not-ready': 503,
  'database-unavailable': 503,
  'database-refused': 422,
  'database-schema': 503,
  'database-fenced': 503,
  'port-in-use': 500,
  'data-directory': 500,
  'disk-full': 503,
  'provider-unreachable': 502,
  'storage-unavailable': 503,
  'service-unreachable': 502,
  'broker-refused': 502,
  'bad-configuration': 500,
  internal: 500,
}

const ProblemFault = Type.Object({
  code: Type.Optional(Type.String()),
  pointer: Type.Optional(Type.String({ description: 'Where in the body, as a JSON pointer.' })),
  parameter: Type.Optional(Type.String({ description: 'Which part of the address.' })),
  line: Type.Optional(Type.Integer({ description: 'Of a document, from 1.' })),
  column: Type.Optional(Type.Integer()),
  detail: Type.String(),
})
type ProblemFault = Type.Static<typeof ProblemFault>

/** A problem document of RFC 9457. `code` is stable. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Where the code is explained.' }),
    title: Type.String({ description: 'What the code means; the same for every problem of it.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong this time.' }),
    code: Type.Enum(Object.keys(ERROR_CODES)),
    errors: Type.Optional(Type.Array(ProblemFault)),
  },
  { $id: 'Problem' },
)
export type Problem = Type.Static<typeof Problem>

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Where a code is explained. */
const problemPath = (code: ErrorCode): string => `/api/problems/${code}`

/** The problem document of anything thrown. What is no error of ours shows none of its words. */
export function toProblem(thrown: unknown): Problem {
  const error = isWanmiError(thrown) ? thrown : fromFramework(thrown)
  if (!error) return problemOf('internal', 'The request failed for a reason inside Wanmi.')
  const problem = problemOf(error.code, detailOf(error))
  const faults = faultsOf(error.detail.errors)
  return faults.length === 0 ? problem : { ...problem, errors: faults }
}

function detailOf({ code, message, cause }: WanmiError): string {
  if (code === 'internal') return 'An invariant of Wanmi failed.'
  // What the driver says names addresses, and a sign-in is answered to everybody.
  return code === 'database-unavailable' && cause !== undefined
    ? 'the database is not available'
    : message
}

const problemOf = (code: ErrorCode, detail: string): Problem => ({
  type: problemPath(code),
  title: ERROR_CODES[code],
  status: PROBLEM_STATUS[code],
  detail,
  code,
})

interface Fault {
  readonly code?: string
  readonly field?: string
  readonly parameter?: string
  readonly line?: number
  readonly column?: number
  readonly detail: string
}

const faultsOf = (errors: unknown): ProblemFault[] =>
  (Array.isArray(errors) ? (errors as Fault[]) : []).map((fault) => ({
    ...(fault.code === undefined ? {} : { code: fault.code }),
    ...(fault.field === undefined ? {} : { pointer: `#/${fault.field.replaceAll('.', '/')}` }),
    ...(fault.parameter === undefined ? {} : { parameter: fault.parameter }),
    ...(fault.line === undefined ? {} : { line: fault.line }),
    ...(fault.column === undefined ? {} : { column: fault.column }),
    detail: fault.detail,
  }))

interface FrameworkError {
  readonly code?: string
  readonly statusCode?: number
  readonly message: string
  readonly validation?: Parameters<typeof describeFaults>[0]
  readonly validationContext?: string
}

const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
}

/** What the framework refuses before a handler sees the request. */
function fromFramework(thrown: unknown): Rejected | undefined {
  if (!(thrown instanceof Error)) return undefined
  const error = thrown as FrameworkError
  if (error.validation) return invalid(error.validation, error.validationContext ?? 'body')
  if (error.statusCode === undefined || error.statusCode < 400 || error.statusCode >= 500) {
    return undefined
  }
  const code = FRAMEWORK_CODES[error.code ?? ''] ?? 'invalid-input'
  return new Rejected(code, error.message, { cause: thrown })
}

function invalid(validation: NonNullable<FrameworkError['validation']>, context: string): Rejected {
  const faults = describeFaults(validation)
  const errors = faults.map(({ field, ...rest }) => {
    if (context === 'body') return field === '' ? rest : { ...rest, field }
    return { ...rest, parameter: field }
  })
  const sentence = faults.map(({ detail }) => detail).join('; ')
  return new Rejected('invalid-input', sentence, { detail: { errors } })
}
