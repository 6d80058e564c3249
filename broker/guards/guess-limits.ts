import { addressBlock } from './address-block.ts'
import { BucketTable } from './bucket-table.ts'

export interface GuessAllowances {
  /** Wrong secrets at once: from one address, for one device, and for one from the other. */
  readonly perAddress: number
  readonly perDevice: number
  readonly perPair: number
}

const PER_SECOND = 1
const PER_MINUTE = 1 / 60
const WAIT_MAX_MS = 30_000

/**
 * How many secrets may be tried. Three allowances: of an address, of a device at an address, and of a
 * device from everywhere. Only the first two refuse, so whoever tries secrets for somebody else's
 * device uses up its own; the last one makes wait, so that a device still comes in while others
 * guess at it. A secret that was right once since the start never gets here.
 */
export class GuessLimits {
  readonly #addresses: BucketTable
  readonly #devices: BucketTable
  readonly #pairs: BucketTable
  readonly #perAddress: number

  constructor({ perAddress, perDevice, perPair }: GuessAllowances) {
    this.#perAddress = perAddress
    this.#addresses = new BucketTable({ burst: perAddress, perSecond: PER_SECOND })
    this.#devices = new BucketTable({ burst: perDevice, perSecond: PER_SECOND })
    this.#pairs = new BucketTable({ burst: perPair, perSecond: PER_MINUTE })
  }

  /** In how many ms this may be tried; undefined when it may not be for now. */
  reserve(deviceId: string, address: string, now: number): number | undefined {
    if (this.isSpent(address, now)) return undefined
    const device = this.#devices.of(deviceId, now)
    // Whom so many wait for already gets no more.
    if (device.left(now) < 1 - (WAIT_MAX_MS / 1_000) * PER_SECOND) return undefined
    if (!this.#pairs.of(pairOf(deviceId, address), now).take(now)) return undefined
    return device.reserve(now)
  }

  /** The address has tried too much. */
  isSpent(address: string, now: number): boolean {
    return this.#addresses.peek(addressBlock(address), now) < 1
  }

  /** It has tried so much that others go first. */
  isSuspect(address: string, now: number): boolean {
    return this.#addresses.peek(addressBlock(address), now) < this.#perAddress / 2
  }

  failed(address: string, now: number): void {
    this.#addresses.of(addressBlock(address), now).take(now)
  }

  /** It was no guess: it costs nothing, and its address has one more. */
  succeeded(deviceId: string, address: string, now: number): void {
    this.#addresses.of(addressBlock(address), now).give()
    this.#devices.of(deviceId, now).give()
    this.#pairs.of(pairOf(deviceId, address), now).give()
  }
}

const pairOf = (deviceId: string, address: string): string => `${addressBlock(address)} ${deviceId}`
