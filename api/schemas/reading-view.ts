import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import type { ChannelValue } from '#model/channel.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

export const ReadingView = Type.Object(
  {
    measuredAt: Instant,
    seq: Type.Integer(),
    receivedAt: Instant,
    serverClock: Type.Boolean({
      description: 'The device sent no time; `measuredAt` is when its message came.',
    }),
    values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()]), {
      description: 'By channel; those the reading has.',
    }),
    extra: nullable(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Channels the kind does not know, as they came.',
      }),
    ),
  },
  { $id: 'Reading' },
)
export type ReadingView = Static<typeof ReadingView>

export const showReading = (kind: string, reading: StoredReading): ReadingView => ({
  measuredAt: formatInstant(reading.measuredAt),
  seq: reading.seq,
  receivedAt: formatInstant(reading.receivedAt),
  serverClock: reading.serverClock,
  values: valuesByName(kind, reading),
  extra: reading.extra,
})

/** The channels a reading has, by name. */
export function valuesByName(
  kind: string,
  { values }: Pick<StoredReading, 'values'>,
): Record<string, ChannelValue> {
  const named: Record<string, ChannelValue> = {}
  for (const [index, { name }] of (findKind(kind)?.channels ?? []).entries()) {
    const value = values[index]
    if (value !== undefined) named[name] = value
  }
  return named
}
