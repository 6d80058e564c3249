import { epochMs } from '#model/time.ts'
import { type Distribution, drawSpan } from '#simulator/random/distribution.ts'
import type { DeviceStreams } from './device-streams.ts'
import type { Layer } from './parcel.ts'

/** Messages take time, but none overtakes another of its device. */
export function delay(by: Distribution, streams: DeviceStreams): Layer {
  const latest: number[] = []
  return (parcel, pass) => {
    const { device } = parcel.emission
    const at = parcel.at + drawSpan(streams.of(device), by)
    parcel.at = epochMs(Math.max(at, latest[device.index] ?? at))
    latest[device.index] = parcel.at
    pass(parcel)
  }
}
