import type { Channel } from './channel.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs } from './time.ts'

/**
 * A kind of device, declared once in `kinds/`. The payload schema, the reading table, AsyncAPI,
 * OpenAPI and the simulator's default device follow from the declaration.
 */
export interface DeviceKind {
  readonly name: string
  readonly title: Bilingual
  /** Whether it moves: then its place is in the channels `lon_deg` and `lat_deg`. */
  readonly mobile: boolean
  /** Whether a person carries it, so that where it was is where the person was. */
  readonly carried?: true
  /** How often such a device reports when nobody says otherwise. */
  readonly reportingInterval: DurationMs
  /** In the order of the table's columns; new channels go to the end. */
  readonly channels: readonly Channel[]
}

/** The place of a channel in {@link Reading.values}, -1 where the kind has none of that name. */
export const channelIndex = (kind: DeviceKind, name: string): number =>
  kind.channels.findIndex((channel) => channel.name === name)

/** `reading_manhole_cover`: the table of a kind. */
export const readingTable = (kind: DeviceKind): string =>
  `reading_${kind.name.replaceAll('-', '_')}`
