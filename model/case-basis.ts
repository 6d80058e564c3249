import type { EvidenceReading } from './episode.ts'
import type { ClauseTold, ScheduleTold } from './explanation.ts'
import type { Place } from './place.ts'
import type { EffectiveParam } from './rule-override.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs, EpochMs } from './time.ts'

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
