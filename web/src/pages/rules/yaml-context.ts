/** Where in a document something is typed. */
export interface YamlContext {
  /** Keys from the outside in; lists have none. */
  readonly path: readonly string[]
  /** What was typed of the word so far. */
  readonly word: string
  /** Whether a key is typed, and no value. */
  readonly isKey: boolean
}

interface Level {
  readonly indent: number
  readonly key: string
}

/** A map or list in braces; the key is that whose value comes, null before it is known. */
interface Flow {
  readonly isMap: boolean
  key: string | null
}

const KEY = /^((?:- +)*)("[^"]*"|'[^']*'|[^\s#'"{}[\],&*][^:#{}[\],]*?):(?=\s|$)/
const WORD = /[\w.-]*$/

/**
 * Where the end of a text stands in a document that begins with it. It goes by indentation and braces,
 * since what is being typed is seldom a document yet.
 */
export function yamlContext(
  text: string,
  onKey: (path: readonly string[]) => void = () => {},
): YamlContext {
  const levels: Level[] = []
  let flows: Flow[] = []
  let isValue = false
  const pathNow = (): string[] => [
    ...levels.map(({ key }) => key),
    ...flows.flatMap(({ key }) => key ?? []),
  ]
  for (const line of text.split('\n')) {
    if (flows.length > 0) {
      flows = scan(line, flows, () => onKey(pathNow()))
      continue
    }
    const indent = line.search(/\S|$/)
    const rest = line.slice(indent)
    if (rest.startsWith('#')) continue
    const isLast = rest === ''
    const dashes = /^(?:- *)*/.exec(rest)?.[0].length ?? 0
    while ((levels.at(-1)?.indent ?? -1) >= indent + dashes) levels.pop()
    isValue = false
    const [whole, , key] = KEY.exec(rest) ?? []
    if (whole !== undefined && key !== undefined) {
      levels.push({ indent: indent + dashes, key: key.replace(/^["']|["']$/g, '') })
      onKey(pathNow())
      isValue = true
      flows = scan(rest.slice(whole.length), [], () => onKey(pathNow()))
    } else if (!isLast) flows = scan(rest.slice(dashes), [], () => onKey(pathNow()))
  }
  const word = WORD.exec(text)?.[0] ?? ''
  const inner = flows.at(-1)
  const isKey = inner ? inner.isMap && inner.key === null : !isValue
  return { path: pathNow(), word, isKey }
}

/** Reads what stands in braces on a line, on top of what was open before it. */
function scan(text: string, before: readonly Flow[], onKey: () => void): Flow[] {
  const open = before.map((flow) => ({ ...flow }))
  let quote: string | undefined
  let word = ''
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (quote !== undefined) {
      if (sign === quote) quote = undefined
      continue
    }
    const inner = open.at(-1)
    if (sign === '"' || sign === "'") quote = sign
    else if (sign === '#' && /^\s?$/.test(text[at - 1] ?? ' ')) break
    else if (sign === '{' || sign === '[') open.push({ isMap: sign === '{', key: null })
    else if (sign === '}' || sign === ']') open.pop()
    else if (inner && sign === ',') inner.key = null
    else if (inner?.isMap && inner.key === null && sign === ':') {
      inner.key = word.trim()
      onKey()
    } else {
      word += sign
      continue
    }
    word = ''
  }
  return open
}

/** The names that stand right below a key of a document. */
export function namesBelow(text: string, key: string): readonly string[] {
  const names = new Set<string>()
  yamlContext(text, (path) => {
    if (path.length === 2 && path[0] === key && path[1] !== undefined) names.add(path[1])
  })
  return [...names]
}
