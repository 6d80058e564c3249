import type { Device } from '#model/device.ts'
import type { Devices } from './ports.ts'

/** Goes through the registered devices for those that must be remembered and are not. */
export class ColdDevices {
  readonly #devices: Devices
  readonly #isMissing: (device: Device) => boolean
  #rest: Iterator<Device> | null = null
  #isWarm = false

  constructor(devices: Devices, isMissing: (device: Device) => boolean) {
    this.#devices = devices
    this.#isMissing = isMissing
  }

  /** None is missing. */
  get isWarm(): boolean {
    return this.#isWarm
  }

  /** Devices or rules were changed: any may be missing now. */
  cool(): void {
    this.#isWarm = false
    this.#rest = null
  }

  /**
   * Has some more remembered; after the last of them it is warm, unless something was changed
   * meanwhile. When the work fails, the devices it was given are found again.
   */
  async warm(limit: number, recall: (some: readonly Device[]) => Promise<unknown>): Promise<void> {
    const rest = this.#rest ?? this.#devices.all()[Symbol.iterator]()
    this.#rest = rest
    const missing: Device[] = []
    let isLast = false
    while (missing.length < limit && !isLast) {
      const { value: device, done } = rest.next()
      if (done) isLast = true
      else if (this.#isMissing(device)) missing.push(device)
    }
    try {
      if (missing.length > 0) await recall(missing)
    } catch (error) {
      this.cool()
      throw error
    }
    if (isLast && this.#rest === rest) {
      this.#rest = null
      this.#isWarm = true
    }
  }
}
