import type { EpochMs } from '#model/time.ts'
import type { Emission } from '#simulator/stream/emission.ts'

/** One message with one reading on its way to the line of its device, or one copy of it. */
export interface Parcel {
  readonly type: 'parcel'
  readonly emission: Emission
  /** When it can be handed to the connection. Layers move it back. */
  at: EpochMs
  readonly message: MessageFate
}

/** What its copies have in common. */
export interface MessageFate {
  /** Copies that have not come to the line yet. */
  copies: number
  /** Held is one of them, for later; settled: handed over, or lost for good. */
  state: 'open' | 'held' | 'settled'
}

export const parcelOf = (emission: Emission): Parcel => ({
  type: 'parcel',
  emission,
  at: emission.at,
  message: { copies: 1, state: 'open' },
})

/** Says what becomes of a parcel: `pass` hands it to the next layer, as often as it likes. */
export type Layer = (parcel: Parcel, pass: Pass) => void
export type Pass = (parcel: Parcel) => void

/** Layers one after the other, the first one first. */
export const throughLayers = (layers: readonly Layer[], last: Pass): Pass =>
  layers.reduceRight<Pass>((pass, layer) => (parcel) => layer(parcel, pass), last)
