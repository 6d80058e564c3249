import { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind, KIND_NAMES } from '#model/kinds.ts'
import { type ColumnMapping, parseMapping } from './column-mapping.ts'
import { csvRows } from './csv-rows.ts'
import { gpxRows } from './gpx-rows.ts'
import { openRecording } from './recording.ts'
import type { Row } from './row.ts'

export interface SourceOptions {
  readonly file: string
  readonly kind: string
  /** `column=channel[*factor]`. A GPX track has its longitude and latitude without being told. */
  readonly map: readonly string[]
  /** Of a CSV file; null takes the first column with a usual name. */
  readonly timeColumn: string | null
  readonly delimiter: string
  /** Whether motion will be worked out, which only makes sense for what moves. */
  readonly motion: boolean
}

/** A recording that is understood: its rows, and which of their columns are which channels. */
export interface RecordingSource {
  readonly size: number
  readonly mappings: readonly ColumnMapping[]
  /** From the beginning, each time. `onRead` hears how many bytes of the file are behind. */
  rows(onRead?: (bytes: number) => void): AsyncGenerator<Row>
}

const TRACK_MAPPINGS = ['lon=lon_deg', 'lat=lat_deg']

/**
 * Opens a recording for devices of a kind.
 *
 * @throws Rejected('invalid-input') when the kind, the file or the mapping is at fault.
 */
export async function openSource(options: SourceOptions): Promise<RecordingSource> {
  const kind = findKind(options.kind)
  if (!kind) {
    const names = KIND_NAMES.join(', ')
    throw new Rejected('invalid-input', `there is no kind ${options.kind}; there are ${names}`)
  }
  const recording = await openRecording(options.file)
  const track = recording.format === 'gpx'
  if ((track || options.motion) && !kind.mobile) {
    throw new Rejected('invalid-input', `a ${kind.name} stays where it is and has no track`)
  }
  const mappings = mappingsOf(kind, track ? [...TRACK_MAPPINGS, ...options.map] : options.map)
  const needed = mappings.map(({ column }) => column)
  const { timeColumn, delimiter } = options
  return {
    size: recording.size,
    mappings,
    async *rows(onRead) {
      const { stream, readBytes } = recording.open()
      const csv = { timeColumn, delimiter, needed }
      for await (const row of track ? gpxRows(stream) : csvRows(stream, csv)) {
        onRead?.(readBytes())
        yield row
      }
      onRead?.(readBytes())
    },
  }
}

function mappingsOf(kind: DeviceKind, texts: readonly string[]): readonly ColumnMapping[] {
  if (texts.length === 0) {
    throw new Rejected('invalid-input', 'no column is mapped to a channel (--map column=channel)')
  }
  const mappings = texts.map((text) => parseMapping(text, kind))
  const names = mappings.map(({ channel }) => channel.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new Rejected('invalid-input', `${twice} is mapped to twice`)
  return mappings
}
