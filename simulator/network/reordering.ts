import { epochMs } from '#model/time.ts'
import { type Distribution, drawSpan } from '#simulator/random/distribution.ts'
import { chance } from '#simulator/random/random.ts'
import type { DeviceStreams } from './device-streams.ts'
import type { Layer } from './parcel.ts'

/** A share of the messages is held back for so long that later ones overtake them. */
export const reordering =
  (share: number, by: Distribution, streams: DeviceStreams): Layer =>
  (parcel, pass) => {
    const random = streams.of(parcel.emission.device)
    if (chance(random, share)) parcel.at = epochMs(parcel.at + drawSpan(random, by))
    pass(parcel)
  }
