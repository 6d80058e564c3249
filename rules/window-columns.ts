import type { ChannelValue } from '#model/channel.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Sample } from './fold.ts'

/** What is kept of a reading for windows: when it was, and what some window looks at. */
export interface WindowNeeds {
  /** Indexes of channels. */
  readonly channels: readonly number[]
  /** Whether it matters when the reading came. */
  readonly arrival: boolean
}

/** Where in each reading. */
export const AT = 0
export const SEQ = 1
const RECEIVED = 2

/** Numbers of channels are finite, so what is not can stand for what is no number. */
const NOTHING = Number.NaN
const TRUE = Number.POSITIVE_INFINITY
const FALSE = Number.NEGATIVE_INFINITY

interface Shown extends Sample {
  measuredAt: EpochMs
  seq: number
  receivedAt?: EpochMs
  readonly values: (ChannelValue | undefined)[]
}

/**
 * How readings lie in a row of numbers, `width` for each: a reading as an object takes ten times as
 * much memory, and windows hold most of what rules remember.
 */
export class WindowColumns implements WindowNeeds {
  readonly channels: readonly number[]
  readonly arrival: boolean
  readonly width: number
  readonly #offsets: number[] = []
  /** One for all of them: conditions look at a sample and do not keep it. */
  readonly #shown: Shown = { measuredAt: epochMs(0), seq: 0, values: [] }

  constructor({ channels, arrival }: WindowNeeds) {
    this.channels = channels
    this.arrival = arrival
    const first = arrival ? RECEIVED + 1 : RECEIVED
    for (const [position, channel] of channels.entries()) {
      this.#offsets[channel] = first + position
    }
    this.width = first + channels.length
  }

  /** Where the value of a channel stands in each reading. */
  offsetOf(channel: number): number {
    return this.#offsets[channel] as number
  }

  /** Puts a reading where `base` says. */
  write(rows: number[], base: number, sample: Sample): void {
    rows[base + AT] = sample.measuredAt
    rows[base + SEQ] = sample.seq
    if (this.arrival) rows[base + RECEIVED] = sample.receivedAt ?? NOTHING
    for (const channel of this.channels) {
      rows[base + this.offsetOf(channel)] = encode(sample.values[channel])
    }
  }

  /** The reading as a condition sees it, until the next one is shown. */
  show(rows: readonly number[], base: number): Sample {
    const shown = this.#shown
    shown.measuredAt = epochMs(rows[base + AT] as number)
    shown.seq = rows[base + SEQ] as number
    if (this.arrival) this.#showArrival(rows[base + RECEIVED] as number)
    for (const channel of this.channels) {
      shown.values[channel] = decode(rows[base + this.offsetOf(channel)] as number)
    }
    return shown
  }

  #showArrival(received: number): void {
    if (Number.isNaN(received)) delete this.#shown.receivedAt
    else this.#shown.receivedAt = epochMs(received)
  }
}

const encode = (value: ChannelValue | undefined): number =>
  typeof value === 'number' ? value : value === undefined ? NOTHING : value ? TRUE : FALSE

function decode(kept: number): ChannelValue | undefined {
  if (Number.isNaN(kept)) return undefined
  return Number.isFinite(kept) ? kept : kept === TRUE
}

/** What several windows together need. */
export const jointNeeds = (needs: readonly WindowNeeds[]): WindowNeeds => ({
  channels: [...new Set(needs.flatMap(({ channels }) => channels))],
  arrival: needs.some(({ arrival }) => arrival),
})
