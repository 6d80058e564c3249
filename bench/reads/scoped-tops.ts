import type { Pool } from 'pg'
import { WHOLE_CITY } from '#model/principal.ts'
import { epochMs } from '#model/time.ts'
import { createTopQueries, type TopQuestion } from '#store/queries/top-devices.ts'
import type { SummedDays } from '#store/queries/top-in-scope.ts'
import { dayOf, type Span } from './questions.ts'

/** First devices for somebody who sees one of six districts, from readings and as the service finds them. */
export interface ScopedTops {
  readonly name: string
  readonly rows: number
  readonly readings_p50_ms: number
  readonly readings_p95_ms: number
  readonly summed_p50_ms: number
  readonly summed_p95_ms: number
  /** Of the medians. */
  readonly ratio: number
}

interface Parts {
  readonly pool: Pool
  readonly days: SummedDays
  readonly asks: number
  readonly span: Span
}

const HOUR_MS = 3_600_000

export async function scopedTops({ pool, days, asks, span }: Parts): Promise<ScopedTops[]> {
  const summaries = { isSummed: () => false }
  const ways = {
    readings: createTopQueries({ pool, summaries, days: null }),
    summed: createTopQueries({ pool, summaries, days }),
  }
  const measure = async (kind: string, channel: string, length: number): Promise<ScopedTops> => {
    const times = { readings: [] as number[], summed: [] as number[] }
    let rows = 0
    for (let n = 0; n < asks; n += 1) {
      const scope = { ...WHOLE_CITY, areas: [`14080${1 + (n % 6)}`] }
      const { from } = dayOf(n, {
        ...span,
        until: epochMs(span.until - (length - 1) * 24 * HOUR_MS),
      })
      const to = epochMs(from + length * 24 * HOUR_MS)
      const question: TopQuestion = { kind, channel, most: 'max', limit: 50, scope, from, to }
      const found: string[] = []
      // Who is asked first reads from the disk for the other: each is as often.
      const turn =
        n % 2 === 0 ? (['readings', 'summed'] as const) : (['summed', 'readings'] as const)
      for (const way of turn) {
        const begun = performance.now()
        const { devices } = await ways[way].top(question)
        times[way].push(performance.now() - begun)
        rows = Math.max(rows, devices.length)
        found.push(JSON.stringify(devices))
      }
      if (found[0] !== found[1]) throw new Error(`two answers to ${JSON.stringify(question)}`)
    }
    const at = (way: keyof typeof times, place: number): number =>
      times[way].toSorted((a, b) => a - b)[Math.ceil(asks * place) - 1] ?? Number.NaN
    const rounded = (value: number): number => Number(value.toFixed(1))
    return {
      name: `first by ${channel} of ${kind}s of a district over ${length * 24} h`,
      rows,
      readings_p50_ms: rounded(at('readings', 0.5)),
      readings_p95_ms: rounded(at('readings', 0.95)),
      summed_p50_ms: rounded(at('summed', 0.5)),
      summed_p95_ms: rounded(at('summed', 0.95)),
      ratio: Number((at('summed', 0.5) / at('readings', 0.5)).toFixed(2)),
    }
  }
  return [
    await measure('manhole-cover', 'level_mm', 1),
    await measure('pipe-gauge', 'level_mm', 1),
    await measure('pipe-gauge', 'level_mm', 7),
  ]
}
