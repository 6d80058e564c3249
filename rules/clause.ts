import type { ASTNode } from '@marcbachmann/cel-js'
import { channelIndex } from '#model/kind.ts'
import type { Binding, Compilation, Eval } from './compilation.ts'
import type { Sample } from './fold.ts'
import type { Memory } from './memory.ts'

export type Test = (sample: Sample, memory: Memory, binding: Binding) => boolean | undefined

/** What a clause looks at: a channel, a parameter, or a function of them. */
export interface ClauseTerm {
  readonly text: string
  readonly evaluate: Eval
  readonly unit: string | null
  /** Its value is not in the reading, nor among the parameters. */
  readonly isFunction: boolean
}

/** A part of a condition that must be true for the whole to be. */
export interface Clause {
  readonly text: string
  readonly test: Test
  /** Each once, in the order of the text. */
  readonly terms: readonly ClauseTerm[]
  /** Indexes of the channels it names, within functions too. */
  readonly channels: readonly number[]
  /** Indexes of the parameters it names. */
  readonly params: readonly number[]
  /** Indexes of the places it looks at. */
  readonly places: readonly number[]
}

/** Compiles one clause of a condition whose whole text is given. */
export function compileClause(node: ASTNode, text: string, to: Compilation): Clause {
  const places = new Set<number>()
  const own = { ...to, lookedAtPlaces: places }
  const terms = new Map<string, ClauseTerm>()
  for (const leaf of leavesOf(node)) {
    const source = sourceOf(text, leaf)
    const { evaluate, unit } = to.compile(leaf, own)
    terms.set(source, { text: source, evaluate, unit, isFunction: isFunction(leaf) })
  }
  const names = [...namesOf(node)]
  const indexes = (found: readonly number[]) => [...new Set(found.filter((index) => index >= 0))]
  return {
    text: sourceOf(text, node),
    test: to.compile(node, own).evaluate as Test,
    terms: [...terms.values()],
    channels: indexes(names.map(({ channel }) => channelIndex(to.vocabulary.kind, channel))),
    params: indexes(names.map(({ param }) => to.paramNames.indexOf(param))),
    places: [...places],
  }
}

const partsOf = ({ op, args }: ASTNode): readonly ASTNode[] => {
  if (op === 'value' || op === 'id' || op === '.') return []
  if (op === 'call') return args[1]
  return (Array.isArray(args) ? args : [args]) as readonly ASTNode[]
}

/** The parts that have a value of their own, but for literals. */
function* leavesOf(node: ASTNode): Generator<ASTNode> {
  if (node.op === 'id' || node.op === '.' || node.op === 'call') yield node
  else for (const part of partsOf(node)) yield* leavesOf(part)
}

function* namesOf(node: ASTNode): Generator<{ readonly channel: string; readonly param: string }> {
  if (node.op === 'id') yield { channel: node.args, param: '' }
  if (node.op === '.') yield { channel: '', param: node.args[1] }
  for (const part of partsOf(node)) yield* namesOf(part)
}

const isFunction = (leaf: ASTNode): boolean =>
  leaf.op === 'call' || (leaf.op === 'id' && leaf.args === 'ahead_s')

/** The text of a node with the parentheses it needs, which the parser leaves out at its ends. */
function sourceOf(text: string, node: ASTNode): string {
  let { start, end } = node
  let open = 0
  let unopened = 0
  for (const char of text.slice(start, end)) {
    if (char === '(') open += 1
    if (char === ')' && open > 0) open -= 1
    else if (char === ')') unopened += 1
  }
  for (; unopened > 0 && start > 0; start--) if (text[start - 1] === '(') unopened -= 1
  for (; open > 0 && end < text.length; end++) if (text[end] === ')') open -= 1
  return text.slice(start, end)
}
