import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import type { EvaluatedPost } from '#model/evaluation/evaluation-subject.ts'
import type { Scope } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'

/** An inspector and where they are to find what is wrong. */
export interface InspectorArea {
  readonly accountId: string
  /** Beginnings of area codes. */
  readonly areas: readonly string[]
}

/** What is evaluated, and which of it is told apart. */
export type EvaluationTarget =
  | {
      readonly subject: 'area'
      /** So many digits of the code: 6, 9, 12 or 15. */
      readonly digits: number
      /** Only what lies in this area; null: everything. */
      readonly within: string | null
    }
  | { readonly subject: 'department' }
  | { readonly subject: 'class' }
  | { readonly subject: EvaluatedPost }

/** One evaluation: of what, of which period, by which rules, and what of it may be seen. */
export interface EvaluationQuestion {
  readonly target: EvaluationTarget
  /** Inclusive and exclusive; `until` is not after now. */
  readonly from: EpochMs
  readonly until: EpochMs
  readonly configuration: Pick<
    EvaluationConfiguration,
    'due' | 'parkedCases' | 'publicSources' | 'missedSources'
  >
  readonly scope: Scope
  /** Of the inspectors; asked for nothing but what they missed. */
  readonly inspectorAreas: readonly InspectorArea[]
}
