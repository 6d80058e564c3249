import type { Device } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { formatInstant } from '#model/time.ts'
import type { Page, PageRequest } from './paging.ts'
import { showReading, valuesByName } from './schemas/reading-view.ts'

/** Readings held in memory at a time while a range of any length is streamed. */
const CHUNK = 2_000

type Chunks = AsyncIterable<readonly StoredReading[]>

/**
 * A range in chunks, each read only when the one before was taken. The first is read at once.
 *
 * @throws what reading the first chunk throws
 */
export async function readingChunks(
  read: (part: PageRequest) => Promise<Page<StoredReading>>,
  { limit = Infinity, after }: { readonly limit?: number; readonly after?: string },
): Promise<Chunks> {
  const first = await read({ limit: Math.min(limit, CHUNK), after })
  return (async function* () {
    let [page, left] = [first, limit - first.items.length]
    yield page.items
    while (page.next !== null && left > 0) {
      page = await read({ limit: Math.min(left, CHUNK), after: page.next })
      left -= page.items.length
      yield page.items
    }
  })()
}

/** One JSON document per line. */
export async function* jsonLines(
  device: Device,
  _channels: readonly string[] | undefined,
  chunks: Chunks,
): AsyncGenerator<string> {
  for await (const readings of chunks) {
    yield readings
      .map((reading) => `${JSON.stringify(showReading(device.kind, reading))}\n`)
      .join('')
  }
}

/** RFC 4180 with a header; `extra` is JSON and left out where channels are chosen. */
export async function* csvLines(
  device: Device,
  channels: readonly string[] | undefined,
  chunks: Chunks,
): AsyncGenerator<string> {
  const names = channels ?? findKind(device.kind)?.channels.map(({ name }) => name) ?? []
  const own = channels === undefined ? ['extra'] : []
  yield `${['measuredAt', 'seq', 'receivedAt', 'serverClock', ...names, ...own].join(',')}\n`
  for await (const readings of chunks) {
    const lines = readings.map((reading) => {
      const values = valuesByName(device.kind, reading)
      const { measuredAt, seq, receivedAt, serverClock, extra } = reading
      const cells = [formatInstant(measuredAt), seq, formatInstant(receivedAt), serverClock]
      for (const name of names) cells.push(values[name] ?? '')
      if (channels === undefined) cells.push(extra === null ? '' : quoted(JSON.stringify(extra)))
      return `${cells.join(',')}\n`
    })
    yield lines.join('')
  }
}

/** The only cell that can hold a comma or a quote. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
