import { Ajv, type ErrorObject } from 'ajv'
import type { TSchema } from 'typebox'

/** One way in which a value is not what its schema asks for. */
export interface SchemaFault {
  readonly code: 'missing' | 'unknown-field' | 'bad-value'
  /** The path of the field, such as `geometry.coordinates.0`; empty for the value itself. */
  readonly field: string
  /** A sentence that names the field and what is asked of it. */
  readonly detail: string
}

/** More than this many faults of one value help nobody. */
const FAULTS_MAX = 20

/** A check that finds every fault at once; an empty list means that the value fits. */
export function schemaCheck(schema: TSchema): (value: unknown) => readonly SchemaFault[] {
  const validate = new Ajv({ allErrors: true, strict: false, strictNumbers: true }).compile(schema)
  return (value) => (validate(value) ? [] : describeFaults(validate.errors ?? []))
}

/** Faults in words. Of a union only the alternative that was meant is spoken of. */
export function describeFaults(errors: readonly ErrorObject[]): readonly SchemaFault[] {
  return meantErrors(errors).slice(0, FAULTS_MAX).map(describe)
}

function meantErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept = errors
  for (const union of errors.filter((error) => error.keyword === 'anyOf')) {
    const inside = kept.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/`))
    const branches = Map.groupBy(inside, (error) => branchOf(error, union))
    const meant = [...branches.values()].filter((branch) => !isOtherForm(branch, union))
    const instead = meant.length === 1 ? (meant[0] as ErrorObject[]) : [union]
    const dropped = new Set([union, ...inside].filter((error) => !instead.includes(error)))
    kept = kept.filter((error) => !dropped.has(error))
  }
  return kept
}

const branchOf = (error: ErrorObject, union: ErrorObject): string =>
  error.schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0] as string

/** A branch that fails by its very type, or by the constant that names it, was not meant. */
const isOtherForm = (branch: readonly ErrorObject[], union: ErrorObject): boolean =>
  branch.some(
    ({ keyword, instancePath }) =>
      keyword === 'const' || (keyword === 'type' && instancePath === union.instancePath),
  )

function describe(error: ErrorObject): SchemaFault {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`)
  if (error.keyword === 'required') {
    const field = inside(String(error.params.missingProperty))
    return { code: 'missing', field, detail: `${field} is missing` }
  }
  if (error.keyword === 'additionalProperties') {
    const field = inside(String(error.params.additionalProperty))
    return { code: 'unknown-field', field, detail: `${field} is not a field of this object` }
  }
  return { code: 'bad-value', field: path, detail: `${path || 'the value'} ${demand(error)}` }
}

function demand({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'const':
      return `must be ${String(params.allowedValue)}`
    case 'anyOf':
      return 'has none of the forms it may have'
    case 'minLength':
      return params.limit === 1
        ? 'must not be empty'
        : `must have ${params.limit} characters or more`
    case 'maxLength':
      return `must have at most ${params.limit} characters`
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`
    case 'pattern':
      return `must match ${String(params.pattern)}`
    default:
      return message ?? 'is not as it must be'
  }
}
