import type { FrameReader } from '#broker/frame-reader.ts'

export interface PacketClockLimits {
  readonly timeoutMs: number
  readonly bytesPerSecond: number
}

/**
 * Whether a packet that was begun takes too long to come whole, asked twice a second. A keepalive does
 * not tell: every byte counts as a word. While we do not read, time does not run.
 */
export class PacketClock {
  readonly #limits: PacketClockLimits
  #since = 0
  #packets = -1

  constructor(limits: PacketClockLimits) {
    this.#limits = limits
  }

  isLate({ begunBytes, packets }: FrameReader, now: number, isStopped: boolean): boolean {
    if (begunBytes === 0 || isStopped || packets !== this.#packets) {
      this.#since = now
      this.#packets = packets
      return false
    }
    const { timeoutMs, bytesPerSecond } = this.#limits
    return now - this.#since > timeoutMs + (begunBytes / bytesPerSecond) * 1_000
  }
}
