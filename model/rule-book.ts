import type { Rule } from './rule.ts'
import type { RuleOverride } from './rule-override.ts'
import type { EpochMs } from './time.ts'

/** Who wrote a version of a rule: it came with Wanmi, or the city made it. */
export const RULE_ORIGINS = ['library', 'city'] as const
export type RuleOrigin = (typeof RULE_ORIGINS)[number]

/** Where the length of a document is limited, before anybody parses it. */
export const RULE_DOCUMENT_MAX_CHARACTERS = 65_536

/** What the rule book tells of a document; a parsed rule has it all. */
export type RuleFacts = Pick<
  Rule,
  'id' | 'kinds' | 'title' | 'source' | 'phenomenon' | 'severity' | 'outcome' | 'params'
>

/** One text of a rule. It is never rewritten. */
export interface RuleVersion {
  readonly ruleId: string
  /** From 1, rising by one with each version of the rule. */
  readonly version: number
  /** The YAML, exactly as it was given. */
  readonly document: string
  readonly origin: RuleOrigin
  readonly author: string
  readonly note: string | null
  readonly createdAt: EpochMs
}

/** A rule with its version in force. */
export interface BookedRule extends RuleVersion {
  /** A disabled rule finds nothing; its episodes stay. */
  readonly enabled: boolean
  readonly newestVersion: number
  /** Came with Wanmi after the one in force, and waits for somebody to put it there. */
  readonly waitingVersion: number | null
  /** Null when this Wanmi cannot read the document; `fault` says why. */
  readonly facts: RuleFacts | null
  readonly fault: string | null
  /** The newest entry of its log: whoever published, rolled back, enabled, disabled or set something. */
  readonly lastChange: { readonly author: string; readonly at: EpochMs } | null
}

/** The tests beside a rule. */
export interface BookedTests {
  /** YAML; null: the rule has none. */
  readonly document: string | null
  readonly origin: RuleOrigin
  /** Of those of the city, rising with each writing; 0 while it has none of its own. */
  readonly revision: number
  readonly author: string | null
  readonly updatedAt: EpochMs | null
}

/** An override with who set it. */
export interface BookedOverride extends RuleOverride {
  readonly author: string
  readonly updatedAt: EpochMs
  /** Why it has no effect under the version in force; null: it has. */
  readonly fault: string | null
}

/** All that the fold needs of the book, at one moment. */
export interface RuleBookSnapshot {
  /** Of every rule the version in force, by id. What is disabled or has a fault finds nothing. */
  readonly rules: readonly Pick<
    BookedRule,
    'ruleId' | 'version' | 'document' | 'enabled' | 'fault'
  >[]
  readonly overrides: readonly RuleOverride[]
}

export const RULE_ACTIONS = [
  'added',
  'updated',
  'offered',
  'published',
  'rolled-back',
  'enabled',
  'disabled',
  'override-set',
  'override-removed',
  'tests-changed',
] as const
export type RuleAction = (typeof RULE_ACTIONS)[number]

/** Who did what to a rule, and when. It is never rewritten. */
export interface RuleChange {
  readonly id: number
  readonly ruleId: string
  readonly action: RuleAction
  /** In force after the change. */
  readonly version: number
  readonly author: string
  readonly note: string | null
  /** What the action was about, such as the override and its value before. */
  readonly detail: Readonly<Record<string, unknown>>
  readonly changedAt: EpochMs
}
