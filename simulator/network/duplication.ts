import { chance } from '#simulator/random/random.ts'
import type { DeviceStreams } from './device-streams.ts'
import type { Layer } from './parcel.ts'

/** A share of the messages is sent twice. */
export const duplication =
  (share: number, streams: DeviceStreams): Layer =>
  (parcel, pass) => {
    const twice = chance(streams.of(parcel.emission.device), share)
    if (twice) parcel.message.copies += 1
    pass(parcel)
    // Of its own: the layers behind may hold the one back and not the other.
    if (twice) pass({ ...parcel, at: parcel.emission.at })
  }
