import type { EpochMs } from '#model/time.ts'

/**
 * What a perfect observer would report: names shared with the rules, as far as there is a rule.
 * `collection-missed` and the like are what nobody has written a rule for yet.
 */
export const PHENOMENA = [
  'cover-displaced',
  'cover-open',
  'cover-battery-low',
  'road-collapse',
  'manhole-high-water',
  'manhole-surcharge',
  'manhole-overflow',
  'manhole-methane',
  'pipe-surcharge',
  'water-main-burst',
  'main-pressure-drop',
  'bin-overflowing',
  'bin-tipped',
  'bin-fire',
  'collection-missed',
  'load-spilled',
  'truck-speeding',
  'truck-idling',
  'truck-astray',
  'patrol-sos',
  'patrol-idle',
  'patrol-astray',
] as const
export type Phenomenon = (typeof PHENOMENA)[number]

/**
 * One thing that truly was so, at one object, for one span. `endedAt` is set when it is known.
 * The counts say what became of the readings that could have shown it.
 */
export interface Observation {
  readonly phenomenon: Phenomenon
  readonly incidentId: string
  /** Null where no device is near enough to notice. */
  readonly deviceId: string | null
  readonly partId: string | null
  readonly startedAt: EpochMs
  /** The same as `startedAt` for what happens in an instant; null while it lasts. */
  endedAt: EpochMs | null
  /** Readings taken at the device while it was so (for an instant: the first one after it). */
  measured: number
  /** Of them handed to the connection, also late; counted once. */
  sent: number
  /** Of them never handed over, and never to be. */
  lost: number
}

export type NewObservation = Omit<Observation, 'measured' | 'sent' | 'lost'>

export const observation = (facts: NewObservation): Observation => ({
  ...facts,
  measured: 0,
  sent: 0,
  lost: 0,
})

/** One that knows what is so in a part of the world. */
export interface Observer {
  /**
   * What is so at the device at that instant. Asked in the order of time for each device, once for
   * each of its readings. The same object for as long as it lasts.
   */
  observe(deviceIndex: number, at: EpochMs): readonly Observation[]
  /** Everything that was so from the start to `until`, by its beginning. */
  observations(until: EpochMs): readonly Observation[]
}

export const NOTHING: readonly Observation[] = []
