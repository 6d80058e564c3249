import type { EpochMs } from '#model/time.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** What happens on the line of one device at one instant; acts come in the order of time. */
export type Act = Publish | Lost | Noise | LineAct

interface AtDevice {
  readonly at: EpochMs
  readonly device: SimulatedDevice
}

/** One message with readings in it: an object, or an array when it is a buffer that is flushed. */
export interface Publish extends AtDevice {
  readonly type: 'publish'
  readonly payload: Buffer
  /** In the order of the payload. */
  readonly emissions: readonly Emission[]
  /** Sent before: the network, or a device that flushes twice, sends it again. */
  readonly again: boolean
}

/** A reading that is never sent. */
export interface Lost extends AtDevice {
  readonly type: 'lost'
  readonly emission: Emission
}

/** A message that is no reading. */
export interface Noise extends AtDevice {
  readonly type: 'noise'
  readonly noise: 'malformed' | 'oversize' | 'flood'
  readonly payload: Buffer
}

export type LineAct = Down | Up | Cut | Freeze | Clone

/** Out of coverage: the connection is gone and not tried again before `up`. */
export interface Down extends AtDevice {
  readonly type: 'down'
}
export interface Up extends AtDevice {
  readonly type: 'up'
}
/** The connection breaks; the device connects again at once. */
export interface Cut extends AtDevice {
  readonly type: 'cut'
}
/** The device forgets its connection without closing it, and opens another. */
export interface Freeze extends AtDevice {
  readonly type: 'freeze'
}
/** Somebody else connects with the credential of the device, until `until`. */
export interface Clone extends AtDevice {
  readonly type: 'clone'
  readonly until: EpochMs
}
