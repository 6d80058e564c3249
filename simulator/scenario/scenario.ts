import type { Bilingual } from '#model/text.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { Cause } from '#simulator/incidents/causes.ts'
import type { Distribution } from '#simulator/random/distribution.ts'

/** What a scenario file means, everything in it that may be absent filled in. Plain data. */
export interface Scenario {
  readonly id: string
  readonly title: Bilingual
  /** Of what happens in the city: what goes wrong, what gets lost. */
  readonly seed: string
  readonly city: { readonly seed: string; readonly from: 'seed' | 'registry' }
  readonly fleet: FleetPlan
  /** The hour at which it begins and, where no clock decides, the instant. */
  readonly start: EpochMs
  readonly day: DayKind
  readonly duration: DurationMs
  /** How many times as fast as in real time; null is as fast as it is acknowledged. */
  readonly speed: number | null
  readonly weather: WeatherPlan
  readonly incidents: IncidentPlan
  readonly sensors: SensorFaults
  readonly network: NetworkFaults
}

export type DayKind = 'workday' | 'weekend' | 'holiday'

export interface FleetPlan {
  readonly devices: number
  /** Shares of the kinds, in proportion to each other. */
  readonly mix: Readonly<Record<string, number>>
  readonly interval: Readonly<Record<string, DurationMs>>
  /** Messages a second of all devices; null lets the intervals decide. */
  readonly rate: number | null
  readonly qos: 0 | 1
  /** Most messages a device sends without an acknowledgement. */
  readonly window: number
  /** Whether a sensor wakes when it is disturbed. */
  readonly byChange: boolean
  /** Parts without a device beside one with. */
  readonly unwatched: number
}

export interface RainPlan {
  readonly at: DurationMs
  readonly lasts: DurationMs
  readonly peak_mm_h: number
}

export interface WeatherPlan {
  readonly low_celsius: number
  readonly high_celsius: number
  readonly rain: readonly RainPlan[]
}

export interface ScheduledIncident {
  readonly cause: Cause
  readonly at: DurationMs
  /** Null draws it. */
  readonly lasts: DurationMs | null
  readonly strength: number | null
  readonly count: number
  readonly device: string | null
  readonly unwatched: boolean
}

export interface RandomIncidents {
  readonly every: Distribution
  readonly causes: readonly Cause[]
  readonly lasts: Distribution | null
  /** Whether one of each cause comes within the first seconds. */
  readonly each: boolean
}

export interface IncidentPlan {
  readonly scheduled: readonly ScheduledIncident[]
  readonly random: RandomIncidents | null
}

/** Something that befalls a share of the devices from time to time. */
export interface Timely {
  readonly share: number
  readonly every: Distribution
  readonly lasts: Distribution
}

/** What devices make wrong of what is. Null: none of them does. */
export interface SensorFaults {
  readonly bias: { readonly share: number; readonly size: number } | null
  readonly drift: { readonly share: number; readonly perDay: number } | null
  readonly stuck: Timely | null
  readonly spikes: {
    readonly share: number
    readonly chance: number
    readonly size: number
  } | null
  readonly flatBattery: { readonly share: number } | null
  readonly fix: {
    /** One standard deviation in a street canyon; null in an open street. */
    readonly error_m: number | null
    readonly dropout: Timely | null
    readonly jump: {
      readonly share: number
      readonly chance: number
      readonly distance_m: number
    } | null
    readonly shifted: { readonly share: number; readonly system: 'GCJ-02' | 'BD-09' } | null
  }
  readonly clock: {
    readonly drift: { readonly share: number; readonly ppm: number } | null
    readonly reset: Timely | null
    readonly zone: { readonly share: number; readonly offset_h: number } | null
  }
}

export type Flush = 'in-order' | 'reversed' | 'doubled' | 'none'

export interface OutagePlan {
  /** Of the devices. */
  readonly share: number
  /** Once, so long after the start; null with `every`. */
  readonly at: DurationMs | null
  readonly every: Distribution | null
  readonly lasts: Distribution
  readonly around: 'anywhere' | 'one-cell'
  readonly flush: Flush
  /** Readings in one message of the flush. */
  readonly array: number
}

/** What lies between a device and the broker. */
export interface NetworkFaults {
  readonly loss: number
  readonly delay: Distribution | null
  readonly duplicate: number
  readonly reorder: { readonly share: number; readonly by: Distribution } | null
  readonly outages: readonly OutagePlan[]
  readonly storms: readonly { readonly at: DurationMs; readonly share: number }[]
  readonly halfOpen: { readonly share: number; readonly every: Distribution } | null
  readonly clones: readonly Trouble[]
  readonly malformed: number
  readonly oversize: number
  readonly floods: readonly (Trouble & { /** Messages a second. */ readonly rate: number })[]
}

export interface Trouble {
  readonly at: DurationMs
  readonly lasts: DurationMs
  /** How many devices. */
  readonly devices: number
}
