import type { Severity } from './rule.ts'
import type { EpochMs } from './time.ts'

/**
 * `single`: of one device, and may ask for a case. `member`: of one device, part of what its group
 * is about, and asks for none. `group`: of several devices together.
 */
export const EPISODE_ROLES = ['single', 'member', 'group'] as const
export type EpisodeRole = (typeof EPISODE_ROLES)[number]

/** From when on an episode has which severity. */
export interface Grade {
  readonly at: EpochMs
  readonly severity: Severity
}

/**
 * A span in which a rule found something wrong with one device. All instants are event time.
 * `startedAt <= confirmedAt`, `endedAt <= clearedAt`.
 */
export interface Episode {
  /** UUID. */
  readonly id: string
  /** Of a group: the device that was first. */
  readonly deviceId: string
  readonly ruleId: string
  /** Of the rule, as it was when the episode was found; null for rules without versions. */
  readonly ruleVersion: number | null
  readonly role: EpisodeRole
  /** The group's episode that a member belongs to. */
  readonly groupId: string | null
  /** Of a group: what it is about, such as `group:north`. */
  readonly scope: string | null
  readonly phenomenon: string
  /** The last it had. */
  readonly severity: Severity
  /** The first 64 it had, ascending. */
  readonly grades: readonly Grade[]
  /** The first reading of the run that held. */
  readonly startedAt: EpochMs
  /** When the hold was reached, or a silence too long: from here on the episode is. */
  readonly confirmedAt: EpochMs
  /** The first reading of the run that cleared it; null while it is open. */
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  /** Set when late readings showed that there was no such episode. Our clock. */
  readonly withdrawnAt: EpochMs | null
  /** The readings that opened it: the first of the run and the one that confirmed it. */
  readonly evidence: readonly EvidenceReading[]
}

/** A reading by the names of its channels, as evidence shows it. */
export interface EvidenceReading {
  readonly measuredAt: EpochMs
  readonly seq: number
  readonly values: Readonly<Record<string, number | boolean>>
  /** Of the reading that confirmed it: what the functions of the condition gave, by their text. */
  readonly derived?: Readonly<Record<string, number | boolean>> | undefined
}
