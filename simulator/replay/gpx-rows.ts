import type { Readable } from 'node:stream'
import { SaxesParser } from 'saxes'
import { Rejected } from '#model/error.ts'
import type { Row } from './row.ts'

const POINTS = new Set(['trkpt', 'rtept', 'wpt'])
const SEGMENTS = new Set(['trkseg', 'rte'])
const TRACKS = new Set(['trk', 'rte'])

/**
 * The points of a GPX file as they come. Their columns are `lon`, `lat` and every element within
 * them that holds a text (`time`, `ele`, `hdop`, `speed`, …), by its name without a prefix. The
 * `name` of a point on a track or a route is that of the track or route.
 *
 * @throws Rejected('invalid-input') when the file is not well-formed.
 */
export async function* gpxRows(stream: Readable): AsyncGenerator<Row> {
  const reader = new PointReader()
  for await (const chunk of stream.setEncoding('utf8')) yield* reader.read(String(chunk))
  reader.close()
}

class PointReader {
  readonly #parser = new SaxesParser()
  #ready: Row[] = []
  #point: Map<string, string> | undefined
  #element = ''
  #text = ''
  #segment = 0
  readonly #above: string[] = []
  #track: string | undefined

  constructor() {
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(localName(name), attributes))
    this.#parser.on('text', (text) => {
      this.#text += text
    })
    this.#parser.on('cdata', (text) => {
      this.#text += text
    })
    this.#parser.on('closetag', ({ name }) => this.#shut(localName(name)))
    this.#parser.on('error', (cause) => {
      throw new Rejected('invalid-input', `the file is not GPX: ${cause.message}`, { cause })
    })
  }

  read(chunk: string): Row[] {
    this.#parser.write(chunk)
    const rows = this.#ready
    this.#ready = []
    return rows
  }

  close(): void {
    this.#parser.close()
  }

  #open(element: string, attributes: Readonly<Record<string, string>>): void {
    this.#above.push(element)
    this.#element = element
    this.#text = ''
    if (TRACKS.has(element)) this.#track = undefined
    if (SEGMENTS.has(element)) this.#segment += 1
    if (!POINTS.has(element)) return
    const { lon = '', lat = '' } = attributes
    this.#point = new Map([
      ['lon', lon],
      ['lat', lat],
    ])
  }

  #shut(element: string): void {
    this.#above.pop()
    if (element === 'name' && TRACKS.has(this.#above.at(-1) ?? '')) this.#track = this.#text
    if (!POINTS.has(element)) {
      // Only the innermost element holds a text; around it there is nothing but white space.
      if (element === this.#element) this.#point?.set(element, this.#text)
      this.#element = ''
      return
    }
    if (!this.#point) return
    if (element !== 'wpt') this.#point.set('name', this.#track ?? '')
    const names = [...this.#point.keys()]
    this.#ready.push({
      line: this.#parser.line,
      time: this.#point.get('time'),
      cells: [...this.#point.values()],
      columns: new Map(names.map((name, index) => [name, index])),
      segment: this.#segment,
    })
    this.#point = undefined
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
