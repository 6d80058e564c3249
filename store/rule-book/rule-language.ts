import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import type { RuleParam } from '#model/rule.ts'
import { RULE_DOCUMENT_MAX_CHARACTERS, type RuleFacts } from '#model/rule-book.ts'
import type { EffectiveParam, RuleOverride } from '#model/rule-override.ts'
import { isStorable } from '#model/storable.ts'

/** What the book needs of the rule language. */
export interface RuleLanguage {
  /** @throws Rejected `invalid-input` that names the text, the place in it and the reason */
  parse(text: string, name: string): { readonly rule: RuleFacts }
  /** @param overrides of this rule alone */
  effectiveParams(
    params: Readonly<Record<string, RuleParam>>,
    device: Device,
    overrides: readonly RuleOverride[],
  ): Readonly<Record<string, EffectiveParam>>
}

/**
 * The facts of a document that somebody wants to publish.
 *
 * @throws Rejected `invalid-input`; what is too long is not even parsed
 */
export function checkDocument(language: RuleLanguage, document: string, name: string): RuleFacts {
  if (document.length > RULE_DOCUMENT_MAX_CHARACTERS) {
    const most = `at most ${RULE_DOCUMENT_MAX_CHARACTERS} characters`
    throw new Rejected('invalid-input', `${name}: a rule has ${most}, not ${document.length}`)
  }
  if (!isStorable(document)) {
    throw new Rejected('invalid-input', `${name}: it has characters that cannot be stored`)
  }
  return language.parse(document, name).rule
}
