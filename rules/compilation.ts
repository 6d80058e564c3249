import type { ASTNode } from '@marcbachmann/cel-js'
import type { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { ParamValue, RuleParam } from '#model/rule.ts'
import type { RuleFault } from '#model/rule-fault.ts'
import type { DurationMs } from '#model/time.ts'
import type { Sample } from './fold.ts'
import type { Memory } from './memory.ts'
import type { CompiledArea } from './place/compile-area.ts'

/** What the names in the conditions of one rule stand for. */
export interface Vocabulary {
  readonly kind: DeviceKind
  readonly params: Readonly<Record<string, RuleParam>>
  /** Filled while conditions are compiled: the places they look at, each once. */
  readonly places: PlaceRef[]
}

/** A place as a condition names it: known only for a device, since parameters are. */
export interface PlaceRef {
  readonly area: { readonly text: string } | { readonly param: number }
  /** Metres to both sides of a line; null where the area itself is meant. */
  readonly width: { readonly metres: number } | { readonly param: number } | null
}

/** What the names of a rule are for one device. */
export interface Binding {
  /** In the order of the rule's parameters; undefined where there is no value. */
  readonly params: readonly (ParamValue | undefined)[]
  /** In the order of {@link Vocabulary.places}; undefined where there is no such area. */
  readonly areas: readonly (CompiledArea | undefined)[]
}

export type Value = ParamValue | boolean | undefined

/** A value at a reading, given what is remembered of those before it. */
export type Eval = (sample: Sample, memory: Memory, binding: Binding) => Value

/** A compiled part of a condition. */
export interface Term {
  readonly evaluate: Eval
  /** UCUM; null where it has none or any may stand here, as for a literal. */
  readonly unit: string | null
}

/** What is known and collected while one condition is compiled. */
export interface Compilation {
  readonly vocabulary: Vocabulary
  readonly paramNames: readonly string[]
  readonly channels: Set<number>
  readonly previousOf: Set<number>
  readonly windows: Set<DurationMs>
  /** Channels whose earlier values windows look at. */
  readonly windowed: Set<number>
  /** `isWindowed`: of earlier readings, too. */
  readonly arrival: { isLookedAt: boolean; isWindowed: boolean }
  /** Indexes among the places of the vocabulary. */
  readonly lookedAtPlaces: Set<number>
  /** Within `count`, whose condition is tried on earlier readings, each by itself. */
  readonly counting: boolean
  /** Compiles a part of the condition. */
  readonly compile: (node: ASTNode, to: Compilation) => Term
  /** `position`: offset into the text. */
  readonly fault: (reason: RuleFault | string, position: number) => Rejected
}
