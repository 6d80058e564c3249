import { parseDocument } from 'yaml'
import type { RuleParam } from '#model/rule.ts'
import { readRule } from '#monitor/rules-in-force.ts'
import { effectiveParams } from '#rules/effective-params.ts'
import type { RuleLanguage } from '#store/rule-book/rule-language.ts'

const PLAIN = { type: 'number', unit: null, default: null, title: null, min: null, max: null }

/** The rule language with parameters of numbers: `params.NAME` is read as its default. */
export const testLanguage: RuleLanguage = {
  parse(text, name) {
    const document = parseDocument(text)
    const given = (document.toJS() as { params?: Record<string, object> } | null)?.params ?? {}
    const params = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, { ...PLAIN, ...value } as RuleParam]),
    )
    if (Object.keys(params).length === 0) return readRule(text, name)
    document.delete('params')
    const plain = document
      .toString()
      .replaceAll(/params\.(\w+)/g, (_, key: string) => Number(params[key]?.default).toFixed(1))
    const { rule } = readRule(plain, name)
    return { rule: { ...rule, params } }
  },
  effectiveParams,
}

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
