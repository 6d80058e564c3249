import type { AreaGeometry } from '#model/area.ts'
import type { ParamValue } from '#model/rule.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'

/** How a unit grid is named where an area can stand. */
const GRID_PREFIX = 'grid:'

/** A rule, and values that are tried in place of those of its parameters. */
type Naming = ParsedRule & { readonly params?: Readonly<Record<string, ParamValue>> }

/** Every word by which a rule may name an area: in a condition, as a default, in an override. */
function wordsOf(
  { rule, compiled, params = {} }: Naming,
  overrides: readonly RuleOverride[],
): Set<string> {
  const texts = compiled.flatMap(({ places }) =>
    places.flatMap(({ area }) => ('text' in area ? [area.text] : [])),
  )
  const given = overrides.filter(({ ruleId }) => ruleId === rule.id).map(({ value }) => value)
  const defaults = Object.values(rule.params).map((param) => param.default)
  return new Set([
    ...texts,
    ...[...given, ...defaults, ...Object.values(params)].filter((word) => typeof word === 'string'),
  ])
}

/** `the rule truck-out-of-area`: who names an area; undefined when nobody does. */
export function areaUser(
  id: string,
  rules: readonly ParsedRule[],
  overrides: readonly RuleOverride[],
): string | undefined {
  const user = rules.find((rule) => wordsOf(rule, overrides).has(id))
  return user && `the rule ${user.rule.id}`
}

/** The shapes of all areas that rules name, unit grids among them, by the words for them. */
export function namedAreas(
  rules: readonly Naming[],
  overrides: readonly RuleOverride[],
  geometryOf: {
    readonly area: (id: string) => AreaGeometry | undefined
    readonly grid: (code: string) => AreaGeometry | undefined
  },
): Readonly<Record<string, AreaGeometry>> {
  const words = new Set(rules.flatMap((rule) => [...wordsOf(rule, overrides)]))
  return Object.fromEntries(
    [...words].flatMap((word) => {
      const geometry = word.startsWith(GRID_PREFIX)
        ? geometryOf.grid(word.slice(GRID_PREFIX.length))
        : geometryOf.area(word)
      return geometry ? [[word, geometry]] : []
    }),
  )
}
