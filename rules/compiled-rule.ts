import { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { type Rule, SEVERITIES, type Severity } from '#model/rule.ts'
import type { PlaceRef, Vocabulary } from './compilation.ts'
import { type Condition, compileCondition } from './condition.ts'

/** A rule made ready for one of its kinds. */
export interface CompiledRule {
  readonly rule: Rule
  readonly kind: DeviceKind
  readonly when: Condition
  readonly clear: Condition
  /** Most severe first. */
  readonly levels: readonly { readonly when: Condition; readonly severity: Severity }[]
  /** Indexes of the channels that any condition looks at. */
  readonly channels: readonly number[]
  /** In the order in which a binding gives their areas. */
  readonly places: readonly PlaceRef[]
  /** Whether it also looks at when a reading came. */
  readonly looksAtArrival: boolean
}

/** @throws Rejected `invalid-input` when a kind is unknown or a condition does not check */
export const compileRule = (rule: Rule): readonly CompiledRule[] =>
  rule.kinds.map((name) => compileFor(rule, name))

function compileFor(rule: Rule, name: string): CompiledRule {
  const kind = findKind(name)
  if (!kind) throw new Rejected('invalid-input', `rule ${rule.id}: no kind ${name}`)
  const vocabulary: Vocabulary = { kind, params: rule.params, places: [] }
  // A rule of silence has no conditions; what stands in their place is never tried.
  const when = conditionAt('/when', rule.when ?? 'false', vocabulary)
  const clear = conditionAt('/clear', rule.clear ?? 'false', vocabulary)
  const levels = rule.levels
    .map((level, index) => ({
      when: conditionAt(`/levels/${index}/when`, level.when, vocabulary),
      severity: level.severity,
    }))
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
  const conditions = [when, clear, ...levels.map((level) => level.when)]
  return {
    rule,
    kind,
    when,
    clear,
    levels,
    channels: [...new Set(conditions.flatMap(({ channels }) => channels))],
    places: vocabulary.places,
    looksAtArrival: conditions.some(({ looksAtArrival }) => looksAtArrival),
  }
}

/** A fault of a condition tells where in its document the condition stands. */
function conditionAt(path: string, text: string, vocabulary: Vocabulary): Condition {
  try {
    return compileCondition(text, vocabulary)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    const detail = { ...error.detail, path }
    throw new Rejected('invalid-input', error.message, { cause: error, detail })
  }
}
