import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboard } from '#cli/metrics/dashboard.ts'
import { knownMetrics, namesIn, ownMetrics } from '#cli/metrics/known-metrics.ts'

interface Target {
  readonly expr: string
}
interface ShippedPanel {
  readonly title: string
  readonly targets?: readonly Target[]
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly for: string
      readonly labels: { readonly severity: string }
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

const shipped = JSON.parse(readFileSync('docs/operations/grafana-dashboard.json', 'utf8')) as {
  readonly panels: readonly ShippedPanel[]
}
const rules = (
  parse(readFileSync('docs/operations/alert-rules.yaml', 'utf8')) as Rules
).groups.flatMap((group) => group.rules)
const known = new Map(knownMetrics().map((metric) => [metric.name, metric]))
const expressions: readonly (readonly [string, string])[] = [
  ...shipped.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
]

/** Labels that Prometheus gives, or that a histogram has. */
const ELSEWHERE = ['job', 'instance', 'le']

describe.each(expressions)('%s', (_where, expr) => {
  test('names only metrics that a service has (runtime/metrics.ts)', () => {
    expect(namesIn(expr)).not.toEqual([])
    expect(namesIn(expr).filter((name) => !known.has(name))).toEqual([])
  })

  test('uses only labels that its metrics have', () => {
    const labels = new Set(namesIn(expr).flatMap((name) => known.get(name)?.labels ?? []))
    const inBraces = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, text = '']) =>
      [...text.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
    )
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, text = '']) =>
      text.split(',').map((label) => label.trim()),
    )
    const used = [...inBraces, ...grouped]
    expect(used.filter((label) => !labels.has(label) && !ELSEWHERE.includes(label))).toEqual([])
  })

  test('takes a counter only as a rate, and of a histogram its parts', () => {
    for (const name of namesIn(expr)) {
      const type = known.get(name)?.type
      if (type === 'counter') expect(expr).toMatch(new RegExp(`(?:rate|increase)\\(${name}\\b`))
      if (type === 'histogram') expect(expr).toMatch(new RegExp(`${name}_(?:bucket|sum|count)`))
    }
  })
})

test('every metric of Wanmi is on the dashboard and on the page of metrics', () => {
  const drawn = new Set(expressions.flatMap(([, expr]) => namesIn(expr)))
  const page = readFileSync('docs/metrics.md', 'utf8')
  const missing = ownMetrics()
    .map(({ name }) => name)
    .filter((name) => !drawn.has(name) || !page.includes(`\`${name}\``))
  expect(missing, 'npm run generate gives each a panel and a line').toEqual([])
})

test('a metric that no panel names gets one of its own', () => {
  const text = JSON.stringify(dashboard())
  for (const { name } of ownMetrics()) expect(text).toContain(name)
})

test('panels lie side by side and below each other, never upon each other', () => {
  const places = (dashboard() as { panels: { gridPos: Record<string, number> }[] }).panels.map(
    ({ gridPos: { x = 0, y = 0 } }) => `${x} ${y}`,
  )
  expect(new Set(places).size).toBe(places.length)
})

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s says what it means in both languages, for how long it holds, and what to do',
  (name, rule) => {
    expect(name).toMatch(/^Wanmi[A-Z]/)
    expect(rule.for).toMatch(/^\d+[mhd]$/)
    expect(['page', 'ticket']).toContain(rule.labels.severity)
    expect(rule.annotations['summary']).toMatch(/\.$/)
    expect(rule.annotations['summary_zh']).toMatch(/。$/)
    expect(rule.annotations['description']).toMatch(/\.$/)
  },
)
