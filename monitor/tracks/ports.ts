import type { Device } from '#model/device.ts'
import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import type { Fix } from '#rules/place/movement.ts'

export interface Span {
  /** Inclusive. */
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
}

/** What is stored of things that move. */
export interface Fixes {
  /** Of one device, in the order of their measuring. */
  fixes(device: Device, span: Span): Promise<readonly Fix[]>
  /** How far each of some devices of a kind came by its own odometer, in km; without one it is missing. */
  odometers(
    kind: string,
    deviceIds: readonly string[],
    span: Span,
  ): Promise<ReadonlyMap<string, number>>
}

/** A bin, known by its part or, where it has none, by its sensor. */
export interface CollectionPoint {
  /** Of the part or the device. */
  readonly id: string
  readonly isPart: boolean
  readonly name: string
  readonly address: string | null
  readonly place: Place
  readonly gridCode: string | null
}

export interface Grids {
  locate(place: Place): UnitGrid | undefined
  /** By code. */
  all(): readonly UnitGrid[]
}
