import type { EvidenceReading } from './episode.ts'
import type { Place } from './place.ts'
import type { Severity } from './rule.ts'
import type { EffectiveParam } from './rule-override.ts'
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

/** Why a case was opened, as it was known then: nothing of it changes later. */
export interface CaseBasis {
  readonly ruleVersion: number | null
  /** The condition as the rule states it; null where the rule is about silence. */
  readonly when: string | null
  readonly clear: string | null
  readonly hold_ms: DurationMs
  readonly clearHold_ms: DurationMs
  readonly gap_ms: DurationMs
  /** For how long nothing came; null where the rule is not about silence. */
  readonly silence_ms: DurationMs | null
  /** How long readings must stay good to prove that it was put right. */
  readonly verify_ms: DurationMs | null
  readonly params: Readonly<Record<string, EffectiveParam>>
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  /** The first reading of the run and the one that confirmed it. */
  readonly evidence: readonly EvidenceReading[]
  /** Of a group: the devices it is about, the first hundred of them. */
  readonly devices: readonly string[]
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
