import type { EvidenceReading, Grade } from './episode.ts'
import type { ParamValue, Severity } from './rule.ts'
import type { EffectiveParam } from './rule-override.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs, EpochMs } from './time.ts'

/** Unknown: the reading, the parameters or the areas do not say. */
export const TRUTHS = ['true', 'false', 'unknown'] as const
export type Truth = (typeof TRUTHS)[number]

/** A channel, a parameter or a function, with its value at a reading. */
export interface TermTold {
  /** As it stands in the condition. */
  readonly text: string
  /** Null: unknown. */
  readonly value: ParamValue | boolean | null
  /** UCUM; null where it has none. */
  readonly unit: string | null
}

/** A part of a condition that must be true for the whole to be. */
export interface ClauseTold {
  readonly text: string
  readonly truth: Truth
  readonly terms: readonly TermTold[]
  /** Channels it names that the reading lacks. */
  readonly absentChannels: readonly string[]
  /** Parameters it names that have no value here. */
  readonly missingParams: readonly string[]
  /** Areas it names that there are not; an area's parameter where that has no value. */
  readonly missingAreas: readonly string[]
}

export interface ConditionTold {
  readonly text: string
  /** Whatever the schedule says. */
  readonly truth: Truth
  readonly clauses: readonly ClauseTold[]
}

/** What a schedule says of an instant; `from` and `until` are null beyond two years. */
export interface ScheduleTold {
  readonly applies: boolean
  readonly from: EpochMs | null
  readonly until: EpochMs | null
}

/** Where the device is as regards one area, by the last fix up to the reading. */
export interface PlaceTold {
  /** Its id; the name of the parameter where that has no value. */
  readonly area: string
  /** Metres to both sides; null where the area itself is meant. */
  readonly within_m: number | null
  /** False: there is no such area. */
  readonly isKnown: boolean
  /** The rest is null as long as no fix was seen. */
  readonly fixAt: EpochMs | null
  /** Null: not certain. */
  readonly side: 'in' | 'out' | null
  /** To the boundary: how far inside, negative outside. */
  readonly depth_m: number | null
  /** The fix tells a side only where it is further than this from the boundary. */
  readonly accuracy_m: number | null
  /** For how long it has been inside, 3 hours at most; 0 outside. */
  readonly dwell_ms: DurationMs | null
}

/** Of one rule for one device. `heard` and `silent` are those of a rule of silence. */
export const PHASES = [
  'quiet',
  'cooling',
  'pending',
  'active',
  'clearing',
  'heard',
  'silent',
] as const
export type Phase = (typeof PHASES)[number]

/** What must come for a rule to go on to its next phase. */
export const AWAITED = [
  'reading',
  'schedule',
  'condition',
  'cooldown',
  'hold',
  'clear',
  'clear-hold',
  'silence',
] as const
export type Awaited = (typeof AWAITED)[number]

/** The state a rule was in. */
export interface StateTold {
  readonly phase: Phase
  /** The first reading of the run or of the episode, or the last before a silence. */
  readonly since: EpochMs | null
  /** When the episode was confirmed. */
  readonly confirmedAt: EpochMs | null
  /** For how long what is awaited has been true, and for how long it must. */
  readonly held_ms: DurationMs | null
  readonly needed_ms: DurationMs | null
  readonly waitsFor: Awaited
  /** The earliest instant at which that can have come; null when time alone does not tell. */
  readonly until: EpochMs | null
  /** Of the episode. */
  readonly severity: Severity | null
  readonly grades: readonly Grade[]
}

/** Why there is no new episode, or no case of it. */
export const OBSTACLES = [
  'rule-unreadable',
  'rule-disabled',
  'not-selected',
  'no-reading',
  'schedule',
  'unknown-channel',
  'unknown-parameter',
  'unknown-area',
  'unknown-place',
  'unknown-past',
  'condition-false',
  'gap',
  'hold',
  'cooldown',
  'already-active',
  'cleared',
  'talking',
  'not-listened',
  'neighbours',
  'mass-silence',
  'only-watched',
  'merged',
] as const
export type Obstacle = (typeof OBSTACLES)[number]

export interface ObstacleTold {
  readonly why: Obstacle
  /** Text of the clause at fault. */
  readonly clause: string | null
  /** Of the channels, parameters, areas, parts of the selector or devices it is about. */
  readonly names: readonly string[]
  readonly from: EpochMs | null
  readonly until: EpochMs | null
  /** How many there are, and how many are needed. */
  readonly count: number | null
  readonly needed: number | null
}

export interface CaseTold {
  readonly id: string
  readonly number: string
  readonly state: string
}

/** The episode that a reading belongs to. */
export interface EpisodeTold {
  readonly id: string
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  readonly case: CaseTold | null
  /** Of what it is part of. */
  readonly group: {
    readonly id: string
    readonly scope: string | null
    readonly confirmedAt: EpochMs
    readonly clearedAt: EpochMs | null
    readonly case: CaseTold | null
  } | null
}

/** A reading by the names of its channels, and how old it was. */
export interface ReadingTold extends EvidenceReading {
  readonly receivedAt: EpochMs
  readonly age_ms: DurationMs
  /** UCUM, by channel, of those the reading has; those without one are left out. */
  readonly units: Readonly<Record<string, string>>
}

export interface RuleTold {
  readonly id: string
  readonly version: number | null
  readonly title: Bilingual | null
  readonly source: string | null
  readonly hold_ms: DurationMs
  readonly clearHold_ms: DurationMs
  readonly cooldown_ms: DurationMs
  /** Null: of a rule of silence. */
  readonly gap_ms: DurationMs | null
  /** Null where the rule is not about silence. */
  readonly silence_ms: DurationMs | null
}

/** Why a rule says of a device what it says at an instant. */
export interface Explanation {
  readonly deviceId: string
  readonly at: EpochMs
  /** Null where its document cannot be read. */
  readonly rule: RuleTold | null
  /** The last measured by then. */
  readonly reading: ReadingTold | null
  readonly params: Readonly<Record<string, EffectiveParam>>
  /** At the instant; null: always. */
  readonly schedule: ScheduleTold | null
  /** Null where the rule is not for the device. */
  readonly state: StateTold | null
  /** False: the history looked at was too short to be certain of the state. */
  readonly isCertain: boolean
  /** At the reading; null without one and for a rule of silence. */
  readonly condition: ConditionTold | null
  /** Of an active rule. */
  readonly clear: ConditionTold | null
  readonly places: readonly PlaceTold[]
  /** Empty where the reading itself confirmed an episode that has its case. */
  readonly obstacles: readonly ObstacleTold[]
  readonly episode: EpisodeTold | null
}
