/** One line of a panel. */
export interface Query {
  /** PromQL; {@link ofJob} gives it the job. */
  readonly expr: string
  readonly legend: string
}

/** What is drawn: units are those of Grafana. */
export interface Panel {
  readonly title: string
  readonly unit: string
  /** What it means, and when to worry. */
  readonly description: string
  readonly queries: readonly Query[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

const METRIC = /\b(?:wanmi|nodejs|process)_\w+(?:\{[^}]*\})?/g

/** Bounds every metric of an expression to the job that was chosen. */
export const ofJob = (expr: string): string =>
  expr.replaceAll(METRIC, (metric) =>
    metric.endsWith('}') ? metric.replace('{', '{job="$job",') : `${metric}{job="$job"}`,
  )

/** How often something is counted, a second. */
export const perSecond = (counter: string, legend: string, by = ''): Query => ({
  expr:
    by === ''
      ? `sum(rate(${counter}[$__rate_interval]))`
      : `sum by (${by}) (rate(${counter}[$__rate_interval]))`,
  legend,
})

/** A share of a histogram's values lies below. */
export const quantile = (share: number, histogram: string, by = ''): Query => ({
  expr: `histogram_quantile(${share}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${histogram}_bucket[$__rate_interval])))`,
  legend: by === '' ? `p${share * 100}` : `p${share * 100} {{${by}}}`,
})
