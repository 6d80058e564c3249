import { Rejected } from '#model/error.ts'

/** One item of `features`, still as text. */
export interface FeatureText {
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  /** Null when it is larger than a feature may be. */
  readonly text: string | null
}

const FEATURE_MAX_CHARS = 8 * 1_024 * 1_024
/** Of everything around the features: a name, the coordinate reference system. */
const FRAME_MAX_CHARS = 1_024 * 1_024

/** Depth of brackets inside the list of features. */
const LIST_DEPTH = 2

/**
 * Cuts a GeoJSON FeatureCollection into the texts of its features while it arrives: memory holds
 * one feature at a time, and each has its line number. What stands around the features is collected
 * with an empty list in their place and handed to `checkFrame` at the end.
 *
 * @throws Rejected('invalid-input') where the list of features is not well formed.
 */
export async function* splitFeatures(
  pieces: AsyncIterable<string>,
  checkFrame: (frame: string) => void,
): AsyncGenerator<FeatureText> {
  let mode: 'frame' | 'list' | 'feature' = 'frame'
  let before: 'nothing' | 'feature' | 'comma' = 'nothing'
  let [line, depth, featureLine] = [1, 0, 0]
  let [inString, escaped] = [false, false]
  const frame = new Collector(FRAME_MAX_CHARS)
  const feature = new Collector(FEATURE_MAX_CHARS)

  for await (const piece of pieces) {
    let start = 0
    for (let at = 0; at < piece.length; at += 1) {
      const char = piece[at] as string
      if (char === '\n') line += 1
      if (inString) {
        if (escaped) escaped = false
        else if (char === '\\') escaped = true
        else if (char === '"') inString = false
      } else if (mode === 'list') {
        if (isSpace(char)) continue
        const wrong = wrongInList(char, before)
        if (wrong) throw new Rejected('invalid-input', `line ${line}: ${wrong}`)
        if (char === ',') before = 'comma'
        else if (char === ']') {
          ;[mode, start, depth] = ['frame', at, LIST_DEPTH - 1]
        } else {
          ;[mode, start, depth, featureLine] = ['feature', at, LIST_DEPTH + 1, line]
        }
      } else if (char === '"') {
        inString = true
      } else if (char === '{' || char === '[') {
        depth += 1
        if (mode === 'frame' && char === '[' && depth === LIST_DEPTH) {
          frame.add(piece.slice(start, at + 1))
          start = at + 1
          if (/"features"\s*:\s*\[$/.test(frame.tail())) [mode, before] = ['list', 'nothing']
        }
      } else if (char === '}' || char === ']') {
        depth -= 1
        if (mode === 'feature' && depth === LIST_DEPTH) {
          feature.add(piece.slice(start, at + 1))
          yield { line: featureLine, text: feature.take() }
          ;[mode, before] = ['list', 'feature']
        }
      }
    }
    if (mode === 'frame') frame.add(piece.slice(start))
    else if (mode === 'feature') feature.add(piece.slice(start))
  }
  if (mode !== 'frame') throw new Rejected('invalid-input', `the file breaks off at line ${line}`)
  checkFrame(frame.take() ?? '')
}

const isSpace = (char: string): boolean =>
  char === ' ' || char === '\n' || char === '\r' || char === '\t'

function wrongInList(char: string, before: 'nothing' | 'feature' | 'comma'): string | undefined {
  if (char === ',') return before === 'feature' ? undefined : 'a comma without a feature before it'
  if (char === ']') return before === 'comma' ? 'a comma without a feature after it' : undefined
  if (char !== '{') return 'every item of features must be an object'
  return before === 'feature' ? 'a comma is missing between two features' : undefined
}

/** Text that comes in pieces, up to a limit; past it the text is forgotten. */
class Collector {
  readonly #limit: number
  #pieces: string[] = []
  #chars = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(piece: string): void {
    this.#chars += piece.length
    if (this.#chars <= this.#limit) this.#pieces.push(piece)
    else this.#pieces = []
  }

  /** The last few characters. */
  tail(): string {
    this.#pieces = [this.#pieces.join('')]
    return (this.#pieces[0] as string).slice(-64)
  }

  /** All of it, or null when it was too much; begins anew. */
  take(): string | null {
    const text = this.#chars <= this.#limit ? this.#pieces.join('') : null
    this.#pieces = []
    this.#chars = 0
    return text
  }
}
