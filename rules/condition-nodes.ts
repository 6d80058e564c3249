import type { ASTNode } from '@marcbachmann/cel-js'
import { channelIndex } from '#model/kind.ts'
import { ruleFault } from '#model/rule-fault.ts'
import type { Compilation, Eval, Term } from './compilation.ts'
import { compileCall } from './condition-functions.ts'
import { quickComparison } from './quick-comparison.ts'

/** Type-checked before: what is here only has to be turned into closures. */
export function compileNode(node: ASTNode, to: Compilation): Term {
  switch (node.op) {
    case 'value':
      return compileLiteral(node, to)
    case 'id':
      return node.args === 'ahead_s' ? ahead(to) : compileChannel(node.args, to)
    case '.':
      return compileParam(node, to)
    case '&&':
      return truth(both(evaluated(node.args[0], to), evaluated(node.args[1], to)))
    case '||':
      return truth(either(evaluated(node.args[0], to), evaluated(node.args[1], to)))
    case '!_':
      return truth(not(evaluated(node.args, to)))
    case '?:':
      return compileChoice(node, to)
    case 'in':
      return compileMembership(node, to)
    case 'call':
      return compileCall(node, to)
    default:
      return compileArithmetic(node, to)
  }
}

const evaluated = (node: ASTNode, to: Compilation): Eval => compileNode(node, to).evaluate
const truth = (evaluate: Eval): Term => ({ evaluate, unit: null })

function compileLiteral(node: ASTNode, to: Compilation): Term {
  const literal: unknown = node.args
  const value = typeof literal === 'bigint' ? Number(literal) : literal
  if (typeof value === 'number' || typeof value === 'boolean') return truth(() => value)
  throw to.fault('only numbers, true and false can stand here', node.start)
}

function compileChannel(name: string, to: Compilation): Term {
  const { kind } = to.vocabulary
  const index = channelIndex(kind, name)
  to.channels.add(index)
  if (to.counting) to.windowed.add(index)
  const { unit = null, type } = kind.channels[index] ?? {}
  return { evaluate: ({ values }) => values[index], unit: type === 'boolean' ? null : unit }
}

/** By how much the clock of the device was ahead of ours when the reading came. */
function ahead({ arrival, counting }: Compilation): Term {
  arrival.isLookedAt = true
  if (counting) arrival.isWindowed = true
  return {
    evaluate: ({ measuredAt, receivedAt }) =>
      receivedAt === undefined ? undefined : Math.max(0, (measuredAt - receivedAt) / 1_000),
    unit: 's',
  }
}

function compileParam(node: ASTNode & { op: '.' }, to: Compilation): Term {
  const [object, name] = node.args
  if (object.op !== 'id' || object.args !== 'params') {
    throw to.fault('only parameters have names with a dot', node.start)
  }
  const index = to.paramNames.indexOf(name)
  const param = to.vocabulary.params[name]
  if (param?.type === 'text') throw to.fault('a text can only name an area', node.start)
  return { evaluate: (_, __, { params }) => params[index], unit: param?.unit ?? null }
}

const both =
  (left: Eval, right: Eval): Eval =>
  (sample, memory, binding) => {
    const a = left(sample, memory, binding)
    if (a === false) return false
    const b = right(sample, memory, binding)
    if (b === false) return false
    return a === undefined || b === undefined ? undefined : true
  }

const either =
  (left: Eval, right: Eval): Eval =>
  (sample, memory, binding) => {
    const a = left(sample, memory, binding)
    if (a === true) return true
    const b = right(sample, memory, binding)
    if (b === true) return true
    return a === undefined || b === undefined ? undefined : false
  }

const not =
  (inner: Eval): Eval =>
  (sample, memory, binding) => {
    const value = inner(sample, memory, binding)
    return value === undefined ? undefined : !value
  }

function compileChoice(node: ASTNode & { op: '?:' }, to: Compilation): Term {
  const [test, yes, no] = node.args.map((part) => compileNode(part, to)) as [Term, Term, Term]
  const [ifSo, ifNot] = [yes.evaluate, no.evaluate]
  return {
    unit: commonUnit(node, yes, no, to),
    evaluate: (sample, memory, binding) => {
      const chosen = test.evaluate(sample, memory, binding)
      if (chosen === undefined) return undefined
      return chosen ? ifSo(sample, memory, binding) : ifNot(sample, memory, binding)
    },
  }
}

function compileMembership(node: ASTNode & { op: 'in' }, to: Compilation): Term {
  const [item, list] = node.args
  if (list.op !== 'list') throw to.fault('`in` takes a list such as [1.0, 2.0]', list.start)
  const value = evaluated(item, to)
  const members = list.args.map((member) => evaluated(member, to))
  return truth((sample, memory, binding) => {
    const found = value(sample, memory, binding)
    if (found === undefined) return undefined
    return members.some((member) => member(sample, memory, binding) === found)
  })
}

/** Type-checked before: both sides are numbers, or for == and != two values of one type. */
const OPERATORS: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

function compileArithmetic(node: ASTNode, to: Compilation): Term {
  if (node.op === '-_') {
    const { evaluate, unit } = compileNode(node.args, to)
    const negated: Eval = (sample, memory, binding) => {
      const value = evaluate(sample, memory, binding)
      return typeof value === 'number' ? -value : undefined
    }
    return { evaluate: negated, unit }
  }
  const operate = OPERATORS[node.op]
  if (!operate) throw to.fault(`\`${node.op}\` has no meaning over channels`, node.start)
  const [left, right] = (node.args as [ASTNode, ASTNode]).map((part) => compileNode(part, to)) as [
    Term,
    Term,
  ]
  const scales = node.op === '*' || node.op === '/'
  const quick = quickOf(node as ASTNode & { readonly args: readonly [ASTNode, ASTNode] }, to)
  const common = scales ? null : commonUnit(node, left, right, to)
  const [a, b] = [left.evaluate, right.evaluate]
  return {
    unit: node.op === '+' || node.op === '-' ? common : null,
    evaluate:
      quick ??
      ((sample, memory, binding) => {
        const x = a(sample, memory, binding)
        if (x === undefined) return undefined
        const y = b(sample, memory, binding)
        return y === undefined ? undefined : operate(x as number, y as number)
      }),
  }
}

/** A comparison of a channel with a literal or a parameter. */
function quickOf(
  { op, args: [left, right] }: { readonly op: string; readonly args: readonly [ASTNode, ASTNode] },
  to: Compilation,
): Eval | undefined {
  const channel = left.op === 'id' ? channelIndex(to.vocabulary.kind, left.args) : -1
  if (channel < 0) return undefined
  if (right.op === '.') {
    const param = to.paramNames.indexOf(right.args[1])
    return param < 0 ? undefined : quickComparison(op, channel, { param })
  }
  const literal: unknown = right.op === 'value' ? right.args : undefined
  const number = typeof literal === 'bigint' ? Number(literal) : literal
  return typeof number === 'number' ? quickComparison(op, channel, { literal: number }) : undefined
}

/** @throws Rejected when both sides have a unit and not the same */
function commonUnit(node: ASTNode, left: Term, right: Term, to: Compilation): string | null {
  if (left.unit !== null && right.unit !== null && left.unit !== right.unit) {
    throw to.fault(ruleFault('other-units', { left: left.unit, right: right.unit }), node.start)
  }
  return left.unit ?? right.unit
}
