import { type ASTNode, Environment, parse } from '@marcbachmann/cel-js'
import { messageOf, Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { type RuleFault, ruleFault, sayRuleFault } from '#model/rule-fault.ts'
import { type DurationMs, milliseconds } from '#model/time.ts'
import { type Clause, compileClause, type Test } from './clause.ts'
import type { Compilation, Vocabulary } from './compilation.ts'
import { compileNode } from './condition-nodes.ts'
import type { Lookback } from './memory.ts'
import { nearestWord } from './nearest-word.ts'
import { deeperThan } from './nesting.ts'
import { WindowColumns } from './window-columns.ts'
import { CHANNEL_WINDOWS } from './windows.ts'

/**
 * A condition over the channels of a kind. Unknown (undefined) when a channel it needs is absent,
 * unless the rest decides: `false && unknown` is false, `true || unknown` is true.
 */
export interface Condition {
  readonly text: string
  readonly test: Test
  /** Indexes of the channels it looks at. */
  readonly channels: readonly number[]
  readonly lookback: Pick<Lookback, 'previousOf' | 'window' | 'columns'>
  readonly looksAtArrival: boolean
  /** What `&&` joins at the top; the condition itself where nothing is. */
  readonly clauses: readonly Clause[]
}

// Far more than any rule needs, far less than what costs anything to parse. The parser descends into
// itself: what nobody writes by hand must not exhaust the stack.
const LIMITS = { maxAstNodes: 400, maxDepth: 40, maxListElements: 50, maxCallArguments: 4 } as const
const DEEPEST_NESTING = 40

/**
 * Compiles a CEL expression. CEL parses and type-checks it; the tree becomes closures here, because
 * a general interpreter costs ten times as much per reading.
 *
 * @throws Rejected `invalid-input` with `position` (offset into the text) in its detail.
 */
export function compileCondition(text: string, vocabulary: Vocabulary): Condition {
  const tooDeep = deeperThan(text, DEEPEST_NESTING)
  if (tooDeep !== undefined) throw fault(text, ruleFault('nested-too-deeply'), tooDeep)
  const checked = environmentOf(vocabulary).check(text)
  if (!checked.valid) {
    throw fault(text, summaryOf(checked.error, vocabulary), checked.error?.node?.start ?? 0)
  }
  if (checked.type !== 'bool')
    throw fault(text, ruleFault('no-condition', { type: String(checked.type) }), 0)
  const to: Compilation = {
    vocabulary,
    paramNames: Object.keys(vocabulary.params),
    channels: new Set<number>(),
    previousOf: new Set<number>(),
    windows: new Set<DurationMs>(),
    windowed: new Set<number>(),
    arrival: { isLookedAt: false, isWindowed: false },
    lookedAtPlaces: new Set<number>(),
    counting: false,
    compile: compileNode,
    fault: (reason, position) => fault(text, reason, position),
  }
  const { ast } = parse(text)
  const test = compileNode(ast, to).evaluate as Test
  return {
    text,
    test,
    channels: [...to.channels],
    lookback: {
      previousOf: [...to.previousOf],
      window: milliseconds(Math.max(0, ...to.windows)),
      columns: new WindowColumns({ channels: [...to.windowed], arrival: to.arrival.isWindowed }),
    },
    looksAtArrival: to.arrival.isLookedAt,
    clauses: conjuncts(ast).map((node) => compileClause(node, text, to)),
  }
}

const conjuncts = (node: ASTNode): readonly ASTNode[] =>
  node.op === '&&' ? node.args.flatMap(conjuncts) : [node]

const ofKinds = new Map<string, Environment>()

function environmentOf({ kind, params }: Vocabulary): Environment {
  const base = ofKinds.get(kind.name) ?? kindEnvironment(kind)
  ofKinds.set(kind.name, base)
  const schema = Object.fromEntries(
    Object.entries(params).map(([name, { type }]) => [name, type === 'text' ? 'string' : 'double']),
  )
  return base.clone().registerVariable({ name: 'params', schema })
}

function kindEnvironment(kind: DeviceKind): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS })
  for (const channel of kind.channels) {
    environment.registerVariable(channel.name, channel.type === 'boolean' ? 'bool' : 'double')
  }
  environment.registerVariable('ahead_s', 'double')
  // Only their types matter here: what they do is compiled below.
  const never = (): never => {
    throw new Error('conditions are compiled, not interpreted')
  }
  environment.registerFunction('delta(double): double', never)
  for (const name of CHANNEL_WINDOWS) {
    environment.registerFunction(`${name}(double, string): double`, never)
  }
  environment.registerFunction('count(bool, string): int', never)
  if (!kind.mobile) return environment
  for (const name of ['inside', 'outside', 'enters', 'leaves', 'crosses']) {
    environment.registerFunction(`${name}(string): bool`, never)
  }
  environment.registerFunction('dwells(string, string): bool', never)
  environment.registerFunction('corridor(string, double): bool', never)
  environment.registerFunction('corridor(string, int): bool', never)
  return environment
}

function summaryOf(error: unknown, { kind, params }: Vocabulary): RuleFault | string {
  const first = messageOf(error).split('\n')[0]
  if (first === undefined || first === '') return 'is not a condition'
  const [, variable] = /^Unknown variable: (\w+)$/.exec(first) ?? []
  if (variable !== undefined) {
    const names = [...kind.channels.map(({ name }) => name), 'ahead_s']
    return withNearest('unknown-channel', variable, names, { kind: kind.name, channel: variable })
  }
  const [, key] = /^No such key: (\w+)$/.exec(first) ?? []
  if (key === undefined) return first
  return withNearest('unknown-param', key, Object.keys(params), { param: key })
}

function withNearest(
  code: 'unknown-channel' | 'unknown-param',
  word: string,
  known: readonly string[],
  params: RuleFault['params'],
): RuleFault {
  const nearest = nearestWord(word, known)
  if (nearest === undefined) return ruleFault(code, params)
  return ruleFault(`${code}-near`, { ...params, nearest })
}

/** What has no code is told in English alone. */
const fault = (text: string, reason: RuleFault | string, position: number): Rejected => {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  const said = typeof reason === 'string' ? reason : sayRuleFault(reason, 'en')
  const params = { condition: shown, position: position + 1 }
  return new Rejected('invalid-input', `condition \`${shown}\`: ${said} (at ${position + 1})`, {
    detail: {
      position,
      ...(typeof reason !== 'string' && {
        fault: { ...reason, params: { ...reason.params, ...params } },
      }),
    },
  })
}
