import { type Document, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import type { RuleFault } from '#model/rule-fault.ts'

/** One thing that is wrong with a document, with its place where that is known. */
export interface PlacedFault {
  readonly detail: string
  /** From 1. */
  readonly line?: number
  readonly column?: number
  /** What it is; what has none is told by its detail alone. */
  readonly fault?: RuleFault
}

/** A document of YAML that can tell where what it says stands in its text. */
export class PlacedDocument {
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly document: Document.Parsed

  constructor(text: string) {
    this.#text = text
    this.document = parseDocument(text, { lineCounter: this.#lines })
  }

  /** @param path `/params/angle_deg/default`, or the beginning of a sentence that starts with it */
  fault(detail: string, path: string | undefined, position?: number): PlacedFault {
    const place = path === undefined ? undefined : this.#placeOf(path, position)
    return place ? { detail, ...place } : { detail }
  }

  #placeOf(path: string, position = 0): { line: number; column: number } | undefined {
    const words = path.split('/').slice(1)
    // What is missing is told where it should be: at what would hold it.
    for (let length = words.length; length > 0; length -= 1) {
      const offset = this.#offsetOf(words.slice(0, length), position)
      if (offset === undefined) continue
      const { line, col } = this.#lines.linePos(offset)
      return { line, column: col }
    }
    return undefined
  }

  #offsetOf(words: readonly string[], position: number): number | undefined {
    const keys = words.map((word) => (/^\d+$/.test(word) ? Number(word) : word))
    // A map has texts as keys, also where they look like numbers.
    const node = this.document.getIn(keys, true) ?? this.document.getIn(words, true)
    if (!isNode(node) || !node.range) return undefined
    const [start, end] = node.range
    if (!isScalar(node) || typeof node.value !== 'string') return this.#keyOf(words) ?? start
    // Folded over lines a text is no longer as it is written: then its beginning has to do.
    const begins = this.#text.slice(start, end).indexOf(node.value)
    return begins === -1 ? start : start + begins + Math.min(position, node.value.length)
  }

  /** A whole map is pointed at by its key. */
  #keyOf(words: readonly string[]): number | undefined {
    const holder =
      words.length === 1 ? this.document.contents : this.document.getIn(words.slice(0, -1), true)
    if (!isNode(holder) || !('items' in holder)) return undefined
    const pair = (holder.items as unknown[]).find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === words.at(-1),
    )
    return isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined
  }
}
