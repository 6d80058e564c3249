import { createMetrics } from '#runtime/metrics.ts'

/** A metric as the service declares it. */
export interface KnownMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly labels: readonly string[]
}

const TYPES: Readonly<Record<string, KnownMetric['type']>> = {
  Counter: 'counter',
  Gauge: 'gauge',
  Histogram: 'histogram',
  Summary: 'summary',
}

/** Every metric a service has, those of Node and of the process among them, by name. */
export function knownMetrics(): readonly KnownMetric[] {
  const { registry } = createMetrics()
  const metrics = registry.getMetricsAsArray().map((metric): KnownMetric => {
    const {
      name,
      help,
      labelNames = [],
    } = metric as unknown as {
      name: string
      help: string
      labelNames?: readonly string[]
    }
    return { name, help, type: TYPES[metric.constructor.name] ?? 'gauge', labels: labelNames }
  })
  registry.clear()
  return metrics.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** Those that are Wanmi's own. */
export const ownMetrics = (): readonly KnownMetric[] =>
  knownMetrics().filter(({ name }) => name.startsWith('wanmi_'))

const PARTS = /_(?:bucket|sum|count)$/

/** The names of metrics in an expression, without the parts of histograms. */
export function namesIn(expr: string): readonly string[] {
  const names = expr.match(/\b(?:wanmi|nodejs|process)_\w+/g) ?? []
  const known = new Set(knownMetrics().map(({ name }) => name))
  return [...new Set(names.map((name) => (known.has(name) ? name : name.replace(PARTS, ''))))]
}
