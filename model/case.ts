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
