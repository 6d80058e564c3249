import { chance } from '#simulator/random/random.ts'
import type { DeviceStreams } from './device-streams.ts'
import type { Layer, Pass } from './parcel.ts'

/** A share of the messages is never sent. */
export const loss =
  (share: number, streams: DeviceStreams, lose: Pass): Layer =>
  (parcel, pass) =>
    chance(streams.of(parcel.emission.device), share) ? lose(parcel) : pass(parcel)
