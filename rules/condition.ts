import { type ASTNode, Environment, parse } from '@marcbachmann/cel-js'
import type { ChannelValue } from '#model/channel.ts'
import { messageOf, Rejected } from '#model/error.ts'
import { channelIndex, type DeviceKind } from '#model/kind.ts'
import { type DurationMs, type EpochMs, milliseconds, parseDuration } from '#model/time.ts'
import type { Lookback } from './memory.ts'
import { CHANNEL_WINDOWS, channelWindow, countWindow, LONGEST_WINDOW } from './windows.ts'

/** What a condition looks at: a reading, and what is remembered of those before it. */
export interface Sight {
  readonly at: EpochMs
  readonly values: readonly (ChannelValue | undefined)[]
  /** Each channel's last value before the reading. */
  readonly previous: readonly (ChannelValue | undefined)[]
  /** The readings before it, as far as the longest window goes, ascending. */
  readonly recent: readonly {
    readonly measuredAt: EpochMs
    readonly values: readonly (ChannelValue | undefined)[]
  }[]
}

/**
 * A condition over the channels of a kind. Unknown (undefined) when a channel it needs is absent,
 * unless the rest decides: `false && unknown` is false, `true || unknown` is true.
 */
export interface Condition {
  readonly text: string
  readonly test: (sight: Sight) => boolean | undefined
  /** Indexes of the channels it looks at. */
  readonly channels: readonly number[]
  readonly lookback: Lookback
}

type Value = number | boolean | undefined
type Eval = (sight: Sight) => Value

/**
 * Compiles a CEL expression. CEL parses and type-checks it; the tree becomes closures here, because
 * a general interpreter costs ten times as much per reading.
 *
 * @throws Rejected `invalid-input` with `position` (offset into the text) in its detail.
 */
export function compileCondition(text: string, kind: DeviceKind): Condition {
  const checked = environmentOf(kind).check(text)
  if (!checked.valid) throw fault(text, summaryOf(checked.error), checked.error?.node?.start ?? 0)
  if (checked.type !== 'bool') throw fault(text, `is a ${checked.type}, not a condition`, 0)
  const channels = new Set<number>()
  const previousOf = new Set<number>()
  const windows = new Set<DurationMs>()
  const to = { text, kind, channels, previousOf, windows, counting: false }
  const evaluate = compileNode(parse(text).ast, to)
  return {
    text,
    test: evaluate as (sight: Sight) => boolean | undefined,
    channels: [...channels],
    lookback: { previousOf: [...previousOf], window: milliseconds(Math.max(0, ...windows)) },
  }
}

const environments = new Map<string, Environment>()

function environmentOf(kind: DeviceKind): Environment {
  const known = environments.get(kind.name)
  if (known) return known
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  for (const channel of kind.channels) {
    environment.registerVariable(channel.name, channel.type === 'boolean' ? 'bool' : 'double')
  }
  // How far a channel moved since the reading before: present value minus last known value.
  environment.registerFunction('delta(double): double', (value: number) => value)
  for (const name of CHANNEL_WINDOWS) {
    environment.registerFunction(`${name}(double, string): double`, (value: number) => value)
  }
  environment.registerFunction('count(bool, string): int', () => 0n)
  environments.set(kind.name, environment)
  return environment
}

interface Compilation {
  readonly text: string
  readonly kind: DeviceKind
  readonly channels: Set<number>
  readonly previousOf: Set<number>
  readonly windows: Set<DurationMs>
  /** Within `count`, whose condition is tried on earlier readings, each by itself. */
  readonly counting: boolean
}

function compileNode(node: ASTNode, to: Compilation): Eval {
  switch (node.op) {
    case 'value':
      return compileLiteral(node, to)
    case 'id':
      return compileChannel(node.args, to)
    case '&&':
      return both(compileNode(node.args[0], to), compileNode(node.args[1], to))
    case '||':
      return either(compileNode(node.args[0], to), compileNode(node.args[1], to))
    case '!_':
      return not(compileNode(node.args, to))
    case '?:': {
      const [test, yes, no] = node.args.map((part) => compileNode(part, to)) as [Eval, Eval, Eval]
      return (sight) => {
        const chosen = test(sight)
        return chosen === undefined ? undefined : chosen ? yes(sight) : no(sight)
      }
    }
    case 'in':
      return compileMembership(node, to)
    case 'call':
      return compileCall(node, to)
    default:
      return compileArithmetic(node, to)
  }
}

function compileLiteral(node: ASTNode, to: Compilation): Eval {
  const literal = node.args
  if (typeof literal === 'bigint') {
    const value = Number(literal)
    return () => value
  }
  if (typeof literal === 'number' || typeof literal === 'boolean') return () => literal
  throw fault(to.text, 'only numbers, true and false can stand here', node.start)
}

function compileChannel(name: string, { kind, channels }: Compilation): Eval {
  const index = channelIndex(kind, name)
  channels.add(index)
  return ({ values }) => values[index]
}

const both =
  (left: Eval, right: Eval): Eval =>
  (sight) => {
    const a = left(sight)
    if (a === false) return false
    const b = right(sight)
    if (b === false) return false
    return a === undefined || b === undefined ? undefined : true
  }

const either =
  (left: Eval, right: Eval): Eval =>
  (sight) => {
    const a = left(sight)
    if (a === true) return true
    const b = right(sight)
    if (b === true) return true
    return a === undefined || b === undefined ? undefined : false
  }

const not =
  (inner: Eval): Eval =>
  (sight) => {
    const value = inner(sight)
    return value === undefined ? undefined : !value
  }

function compileMembership(node: ASTNode & { op: 'in' }, to: Compilation): Eval {
  const [item, list] = node.args
  if (list.op !== 'list') throw fault(to.text, '`in` takes a list such as [1.0, 2.0]', list.start)
  const value = compileNode(item, to)
  const members = list.args.map((member) => compileNode(member, to))
  return (sight) => {
    const found = value(sight)
    return found === undefined ? undefined : members.some((member) => member(sight) === found)
  }
}

function compileCall(node: ASTNode & { op: 'call' }, to: Compilation): Eval {
  const [name, [argument, span]] = node.args
  if (to.counting) throw fault(to.text, 'count takes a condition without functions', node.start)
  if (span && argument) return compileWindow(name, argument, span, to)
  if (name !== 'delta') throw fault(to.text, `the function ${name} is not known here`, node.start)
  if (argument?.op !== 'id') throw fault(to.text, 'delta takes one channel', node.start)
  const index = channelIndex(to.kind, argument.args)
  to.channels.add(index)
  to.previousOf.add(index)
  return ({ values, previous }) => {
    const now = values[index]
    const before = previous[index]
    return typeof now === 'number' && typeof before === 'number' ? now - before : undefined
  }
}

function compileWindow(name: string, argument: ASTNode, span: ASTNode, to: Compilation): Eval {
  const window = windowOf(span, to)
  to.windows.add(window)
  if (name === 'count') {
    return countWindow(compileNode(argument, { ...to, counting: true }), window)
  }
  const known = CHANNEL_WINDOWS.find((each) => each === name)
  if (!known) throw fault(to.text, `the function ${name} is not known here`, span.start)
  if (argument.op !== 'id') throw fault(to.text, `${name} takes one channel`, argument.start)
  const index = channelIndex(to.kind, argument.args)
  to.channels.add(index)
  return channelWindow(known, index, window)
}

function windowOf(node: ASTNode, { text }: Compilation): DurationMs {
  const literal = node.op === 'value' ? node.args : undefined
  const window = typeof literal === 'string' ? parseDuration(literal) : undefined
  if (window === undefined || window === 0) {
    throw fault(text, "a window is a span such as '10m'", node.start)
  }
  if (window > LONGEST_WINDOW) throw fault(text, 'a window is a day at most', node.start)
  return window
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

function compileArithmetic(node: ASTNode, to: Compilation): Eval {
  if (node.op === '-_') {
    const inner = compileNode(node.args, to)
    return (sight) => {
      const value = inner(sight)
      return typeof value === 'number' ? -value : undefined
    }
  }
  const operate = OPERATORS[node.op]
  if (!operate) throw fault(to.text, `\`${node.op}\` has no meaning over channels`, node.start)
  const [left, right] = (node.args as [ASTNode, ASTNode]).map((part) => compileNode(part, to)) as [
    Eval,
    Eval,
  ]
  return (sight) => {
    const a = left(sight)
    if (a === undefined) return undefined
    const b = right(sight)
    return b === undefined ? undefined : operate(a as number, b as number)
  }
}

const summaryOf = (error: unknown): string => {
  const first = messageOf(error).split('\n')[0]
  return first === undefined || first === '' ? 'is not a condition' : first
}

const fault = (text: string, reason: string, position: number): Rejected =>
  new Rejected('invalid-input', `condition \`${text}\`: ${reason} (at ${position + 1})`, {
    detail: { position },
  })
