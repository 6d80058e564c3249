import { effectiveParams } from '#rules/effective-params.ts'
import { parseRule } from '#rules/parse-rule.ts'
import type { RuleLanguage } from '#store/rule-book/rule-language.ts'

export const testLanguage: RuleLanguage = { parse: parseRule, effectiveParams }

/** A rule for covers that lie askew, with a parameter for how much. */
export const tiltRule = (
  degrees: number,
  {
    id = 'cover-askew',
    params = `angle_deg: { default: ${degrees}.0, unit: deg, min: 1, max: 90 }`,
  } = {},
): string => `# A cover that lies askew.
id: ${id}
kind: manhole-cover
title: { en: cover askew, zh: 井盖倾斜 }
source: our default
params: { ${params} }
when: tilt_deg > params.angle_deg
severity: warning
outcome: { case: none }
`
