import type { EpochMs } from '#model/time.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** One reading that a device has taken and means to send. */
export interface Emission {
  /** When it truly was taken; its payload says what the clock of the device said. */
  readonly at: EpochMs
  readonly device: SimulatedDevice
  /** One JSON object, UTF-8, `measuredAt` in epoch milliseconds. The receiver may keep it. */
  readonly payload: Buffer
  /** What a perfect observer would have seen there at that instant. */
  readonly shows: readonly Observation[]
}
