import type { EvidenceReading } from './episode.ts'
import type { ClauseTold, ScheduleTold } from './explanation.ts'
import type { Place } from './place.ts'
import type { Severity } from './rule.ts'
import type { EffectiveParam } from './rule-override.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs, EpochMs } from './time.ts'

/** The states a case has so far; the further stages of the standard flow follow these. */
export const CASE_STATES = ['reported', 'withdrawn'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** States in which a second episode of the same object and phenomenon joins the case. */
export const OPEN_CASE_STATES: readonly CaseState[] = ['reported']

/** States in which nobody has acted yet: only in these does a case go with the last of its episodes. */
export const UNTOUCHED_CASE_STATES: readonly CaseState[] = ['reported']

export const LIMIT_UNITS = [
  'continuous-hour',
  'working-hour',
  'working-day',
  'calendar-day',
] as const
export type LimitUnit = (typeof LIMIT_UNITS)[number]

/** A time limit as the filing condition states it. */
export interface Limit {
  readonly amount: number
  readonly unit: LimitUnit
}

/** A device of a group, as a case about the group names it. */
export interface BasisDevice {
  readonly id: string
  /** Where it was; null when nobody knows. */
  readonly place: Place | null
  /** Of its own episode: of a silence the last reading. */
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
}

/** How many must be wrong together, and how near. */
export interface BasisGroup {
  readonly atLeast: number
  /** Metres by chains; null: in one unit grid, or a mass silence. */
  readonly within_m: number | null
  /** Of the devices of its scope; null where it is no mass silence. */
  readonly share: number | null
  readonly during_ms: DurationMs
  /** What it is about, such as `group:north`. */
  readonly scope: string | null
  readonly deviceCount: number
  /** The first hundred of them. */
  readonly devices: readonly BasisDevice[]
}

/** Why a case was opened, as it was known then: nothing of it changes later. */
export interface CaseBasis {
  /** The episode it was opened for. */
  readonly episodeId: string
  readonly ruleVersion: number | null
  readonly title: Bilingual
  /** Where the marks of the rule come from. */
  readonly source: string
  /** The condition as the rule states it; null where the rule is about silence. */
  readonly when: string | null
  readonly clear: string | null
  /** What was true at the reading that confirmed it, each with its values. */
  readonly clauses: readonly Pick<ClauseTold, 'text' | 'terms'>[]
  readonly hold_ms: DurationMs
  readonly clearHold_ms: DurationMs
  /** Null where the rule is about silence. */
  readonly gap_ms: DurationMs | null
  /** For how long nothing came; null where the rule is not about silence. */
  readonly silence_ms: DurationMs | null
  /** From when until the silence was too long, Wanmi listened without a break. */
  readonly listenedFrom: EpochMs | null
  /** How long readings must stay good to prove that it was put right. */
  readonly verify_ms: DurationMs | null
  /** Within which it was confirmed; null: always. */
  readonly schedule: (ScheduleTold & { readonly name: string | null }) | null
  readonly params: Readonly<Record<string, EffectiveParam>>
  /** UCUM, of the channels in the evidence. */
  readonly units: Readonly<Record<string, string>>
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  /** The first reading of the run and the one that confirmed it; of a group those of its first. */
  readonly evidence: readonly EvidenceReading[]
  /** Null where it is about one device. */
  readonly group: BasisGroup | null
}

/** What the monitor asks for when an episode is confirmed. Everything but number and id. */
export interface CaseProposal {
  readonly kind: 'part' | 'event'
  /** Part id where the device sits on a part, otherwise the device id. */
  readonly objectId: string
  readonly phenomenon: string
  readonly edition: string
  readonly class: string
  readonly condition: string
  readonly severity: Severity
  readonly title: string
  readonly deviceId: string
  readonly ruleId: string
  readonly partId: string | null
  readonly gridCode: string | null
  /** 6-digit district for the number: of the grid, else of the part, else the city's own. */
  readonly district: string
  readonly place: Place | null
  readonly address: string | null
  readonly department: string | null
  readonly limit: Limit | null
  /** Only for limits in continuous hours. Working time needs the work calendar. */
  readonly deadlineAt: EpochMs | null
  readonly reportedAt: EpochMs
  /** Null for cases from before it was kept. */
  readonly basis: CaseBasis | null
}

/** A case as it is stored and shown. */
export interface Case extends CaseProposal {
  /** UUID. */
  readonly id: string
  /** 19 digits: district, date, serial of the day. Never used again. */
  readonly number: string
  readonly state: CaseState
  readonly updatedAt: EpochMs
}

/**
 * What is noted on a case.
 *
 * - `opened`, `joined`: by an episode; `joined` also by one that stands again
 * - `raised`: an episode is worse than the case was
 * - `episode-moved`: an episode is found to have been at another time than before
 * - `episode-over`: an episode has ended
 * - `episode-gone`: an episode no longer stands for the case
 * - `withdrawn`: no episode stands, and nobody had acted
 */
export const CASE_NOTE_TYPES = [
  'opened',
  'joined',
  'raised',
  'episode-moved',
  'episode-over',
  'episode-gone',
  'withdrawn',
] as const
export type CaseNoteType = (typeof CASE_NOTE_TYPES)[number]

/** The instants of an episode that late readings can move. */
export const EPISODE_INSTANTS = ['startedAt', 'confirmedAt', 'endedAt', 'clearedAt'] as const
export type EpisodeInstant = (typeof EPISODE_INSTANTS)[number]

export interface FromTo<Value> {
  readonly from: Value
  readonly to: Value
}

/** What an episode became that no longer stands for its case. */
export const GONE_EPISODES = ['withdrawn', 'member'] as const

/** More about a note; each type has its own of these. */
export interface CaseNoteDetail
  extends Readonly<Partial<Record<EpisodeInstant, FromTo<EpochMs | null>>>> {
  /** Of `raised`. */
  readonly severity?: FromTo<Severity>
  /** Of `episode-gone`. */
  readonly became?: (typeof GONE_EPISODES)[number]
  /** Of one that became a member: the episode of its group; null where that is not known. */
  readonly groupId?: string | null
  /** Of `episode-gone`: how many episodes of the case stand after the same commit. */
  readonly standing?: number
}

/** One thing that happened to a case. Never changed once written. */
export interface CaseNote {
  /** When it was written, by our clock. Notes are in the order in which they were written. */
  readonly at: EpochMs
  readonly type: CaseNoteType
  /** Null where it is about no one episode. */
  readonly episodeId: string | null
  readonly detail: CaseNoteDetail
}
