import { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind, KIND_NAMES } from '#model/kinds.ts'
import { type ColumnMapping, mappingByName, parseMapping } from './column-mapping.ts'
import { csvRows } from './csv-rows.ts'
import type { DeviceNaming } from './device-naming.ts'
import { gpxRows } from './gpx-rows.ts'
import { ndjsonRows } from './ndjson-rows.ts'
import { openRecording, type RecordingOptions } from './recording.ts'
import type { Row } from './row.ts'

export interface SourceOptions extends RecordingOptions {
  readonly file: string
  readonly kind: string
  /** Which device a row is of. */
  readonly naming: DeviceNaming
  /**
   * As {@link parseMapping} reads it. Where there is none, a column with the name of a channel is
   * that channel; a GPX track has its longitude and latitude without being told.
   */
  readonly map: readonly string[]
  /** Of a CSV or NDJSON file; null takes the first column with a usual name. */
  readonly timeColumn: string | null
  /** Of times that name none, such as `+08:00`. */
  readonly zone: string
  readonly delimiter: string
  /** Whether speed and heading are worked out from fix to fix, which only what moves has. */
  readonly motion: boolean
}

/** A recording that is understood: its rows, whose they are and which columns are which channels. */
export interface RecordingSource {
  readonly size: number
  readonly kind: DeviceKind
  readonly naming: DeviceNaming
  readonly mappings: readonly ColumnMapping[]
  readonly zone: string
  readonly motion: boolean
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
  const { timeColumn, delimiter, zone, motion, naming, map } = options
  const kind = findKind(options.kind)
  if (!kind) {
    const names = KIND_NAMES.join(', ')
    throw new Rejected('invalid-input', `there is no kind ${options.kind}; there are ${names}`)
  }
  const recording = await openRecording(options.file, options)
  const { format, size } = recording
  const track = format === 'gpx'
  if ((track || motion) && !kind.mobile) {
    throw new Rejected('invalid-input', `a ${kind.name} stays where it is and has no track`)
  }
  const mappings = mappingsOf(kind, track ? [...TRACK_MAPPINGS, ...map] : map, map.length === 0)
  const csv = { timeColumn, delimiter, ...columnsOf(mappings, naming, map.length === 0) }
  return {
    size,
    kind,
    naming,
    mappings,
    zone,
    motion,
    async *rows(onRead) {
      const { stream, readBytes } = recording.open()
      const rows = {
        csv: () => csvRows(stream, csv),
        ndjson: () => ndjsonRows(stream, timeColumn),
        gpx: () => gpxRows(stream),
      }
      try {
        for await (const row of rows[format]()) {
          onRead?.(readBytes())
          yield row
        }
      } catch (error) {
        throw brokenOff(options.file, error) ?? error
      }
      onRead?.(readBytes())
    },
  }
}

/** What the disk or the unpacking says; undefined for every other error. */
function brokenOff(file: string, cause: unknown): Rejected | undefined {
  if (!(cause instanceof Error && 'errno' in cause)) return undefined
  const message = `${file} cannot be read to its end: ${cause.message}`
  return new Rejected('invalid-input', message, { cause })
}

function mappingsOf(
  kind: DeviceKind,
  texts: readonly string[],
  byName: boolean,
): readonly ColumnMapping[] {
  const given = texts.map((text) => parseMapping(text, kind))
  const names = given.map(({ channel }) => channel.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new Rejected('invalid-input', `${twice} is mapped to twice`)
  if (!byName) return given
  const others = kind.channels.filter(({ name }) => !names.includes(name))
  return [...given, ...others.map(mappingByName)]
}

/** Which columns a CSV file must have. */
function columnsOf(mappings: readonly ColumnMapping[], naming: DeviceNaming, byName: boolean) {
  const device = 'column' in naming ? [[naming.column]] : []
  if (byName) return { needed: device, someOf: mappings.map(({ column }) => column) }
  const mapped = mappings.map(({ column, otherwise }) => [
    column,
    ...(otherwise ? [otherwise] : []),
  ])
  return { needed: [...mapped, ...device], someOf: [] }
}
