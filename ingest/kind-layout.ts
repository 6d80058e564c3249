import type { Channel } from '#model/channel.ts'
import { channelIndex, type DeviceKind } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { QuickReader } from './quick-reader.ts'

/** A kind as the decoder needs it, worked out once. */
export interface KindLayout {
  readonly channels: readonly Channel[]
  /** The place of a channel in `Reading.values`. */
  readonly slots: ReadonlyMap<string, number>
  /** One undefined for each channel. */
  readonly blank: readonly unknown[]
  /** Slots of the fix; -1 for kinds that do not move. */
  readonly lonSlot: number
  readonly latSlot: number
  readonly quick: QuickReader
}

const layoutOf = (kind: DeviceKind): KindLayout => ({
  channels: kind.channels,
  slots: new Map(kind.channels.map((channel, slot) => [channel.name, slot])),
  blank: kind.channels.map(() => undefined),
  lonSlot: kind.mobile ? channelIndex(kind, 'lon_deg') : -1,
  latSlot: kind.mobile ? channelIndex(kind, 'lat_deg') : -1,
  quick: new QuickReader(kind),
})

const layouts: ReadonlyMap<string, KindLayout> = new Map(
  KINDS.map((kind) => [kind.name, layoutOf(kind)]),
)

/** The layout of a kind by its name; undefined when there is no such kind. */
export const findLayout = (kind: string): KindLayout | undefined => layouts.get(kind)
