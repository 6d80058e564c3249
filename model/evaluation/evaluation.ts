import type { Scope } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import type { EvaluationConfiguration } from './evaluation-configuration.ts'
import type { CountName } from './evaluation-count.ts'
import type { EvaluatedPost, EvaluationSubject } from './evaluation-subject.ts'
import type { Figures } from './figures.ts'

/** What is evaluated, and which of it is told apart. */
export type EvaluationTarget =
  | {
      readonly subject: 'area'
      /** So many digits of the code: 6, 9, 12 or 15. */
      readonly digits: number
      /** Only what lies in this area; null: everything. */
      readonly within: string | null
    }
  | {
      readonly subject: 'department'
      /** With what the departments below each one handle. */
      readonly withBelow: boolean
    }
  | { readonly subject: 'class' }
  | { readonly subject: EvaluatedPost }

export interface EvaluationRequest {
  readonly target: EvaluationTarget
  /** Inclusive and exclusive. */
  readonly from: EpochMs
  readonly to: EpochMs
  /** Of the configuration; undefined: the one in force. */
  readonly version?: number | undefined
  readonly scope: Scope
}

export interface EvaluatedRow extends Figures {
  /** Code of an area, id of a department, `edition/kind/class`, or id of an account. */
  readonly key: string
  /** What it is called; null where that is not known. */
  readonly title: string | null
  /** Of departments: the one above. */
  readonly parentKey: string | null
}

export interface Evaluation {
  readonly subject: EvaluationSubject
  readonly from: EpochMs
  readonly to: EpochMs
  /** Up to when is evaluated: the end of the period, or now where that is earlier. */
  readonly until: EpochMs
  readonly configuration: StoredConfiguration
  /** Only what whoever asks may see is in it. */
  readonly isBounded: boolean
  /** By their keys. */
  readonly rows: readonly EvaluatedRow[]
  /** To read on with; null at the end. */
  readonly next: string | null
  /** Of all rows together; null of posts, of which several may have worked on one case. */
  readonly total: Figures | null
}

/** The cases of one figure. */
export interface FigureRequest {
  /** Of the row; null: of all rows. */
  readonly key: string | null
  readonly count: CountName
  readonly withoutParked: boolean
}

/** Who set which version when; version 0 is what Wanmi ships, which nobody set. */
export interface ConfigurationVersion {
  readonly version: number
  readonly note: string | null
  readonly createdAt: EpochMs | null
  readonly createdBy: string | null
}

export interface StoredConfiguration extends ConfigurationVersion {
  readonly configuration: EvaluationConfiguration
}

export interface NewConfiguration {
  /** The version it was made from, which must still be the last. */
  readonly basedOn: number
  readonly note: string | null
  readonly configuration: EvaluationConfiguration
}
