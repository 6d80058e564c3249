import type { EvaluationTarget } from '#model/evaluation/evaluation.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import type { Scope } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'

/** An inspector and where they are to find what is wrong. */
export interface InspectorArea {
  readonly accountId: string
  /** Beginnings of area codes. */
  readonly areas: readonly string[]
}

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
