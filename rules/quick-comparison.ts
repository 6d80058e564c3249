import type { Eval } from './compilation.ts'

/** What a channel is compared with: a number, or the number in a parameter's place. */
export type Mark = { readonly literal: number } | { readonly param: number }

/**
 * A channel beside a mark, the part that nearly every condition is made of, as one function without
 * calls to others: these would cost more than the comparison. Undefined for other operators.
 */
export const quickComparison = (op: string, channel: number, mark: Mark): Eval | undefined =>
  'literal' in mark
    ? besideLiteral(op, channel, mark.literal)
    : besideParam(op, channel, mark.param)

// Undefined compares to nothing as true, so that only what is not true has to be looked at again.
type Known = number

function besideLiteral(op: string, channel: number, mark: number): Eval | undefined {
  switch (op) {
    case '>':
      return ({ values }) => (values[channel] as Known) > mark || unlessAbsent(values[channel])
    case '>=':
      return ({ values }) => (values[channel] as Known) >= mark || unlessAbsent(values[channel])
    case '<':
      return ({ values }) => (values[channel] as Known) < mark || unlessAbsent(values[channel])
    case '<=':
      return ({ values }) => (values[channel] as Known) <= mark || unlessAbsent(values[channel])
    default:
      return undefined
  }
}

function besideParam(op: string, channel: number, param: number): Eval | undefined {
  switch (op) {
    case '>':
      return ({ values }, _, { params }) =>
        (values[channel] as Known) > (params[param] as Known) ||
        unlessEither(values[channel], params[param])
    case '>=':
      return ({ values }, _, { params }) =>
        (values[channel] as Known) >= (params[param] as Known) ||
        unlessEither(values[channel], params[param])
    case '<':
      return ({ values }, _, { params }) =>
        (values[channel] as Known) < (params[param] as Known) ||
        unlessEither(values[channel], params[param])
    case '<=':
      return ({ values }, _, { params }) =>
        (values[channel] as Known) <= (params[param] as Known) ||
        unlessEither(values[channel], params[param])
    default:
      return undefined
  }
}

const unlessAbsent = (value: unknown): false | undefined =>
  value === undefined ? undefined : false

const unlessEither = (value: unknown, mark: unknown): false | undefined =>
  value === undefined || mark === undefined ? undefined : false
