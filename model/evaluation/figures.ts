import type {
  CountSum,
  EvaluationConfiguration,
  EvaluationRate,
} from './evaluation-configuration.ts'
import { type CountName, countsOf } from './evaluation-count.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'

/** How many cases there are, and how many of them are parked. */
export interface Counted {
  readonly all: number
  readonly parked: number
}

export type Counts = Readonly<Partial<Record<CountName, Counted>>>

export interface RateFigure {
  readonly numerator: number
  readonly denominator: number
  /** Their quotient; null where the denominator is 0. */
  readonly value: number | null
}

/** What a rate brought to a score, of its weight. */
export interface ScoreFigure {
  readonly rate: string
  readonly weight: number
  /** Null where the rate has no value: its weight went to the others, or there is no score. */
  readonly points: number | null
}

export interface Figures {
  readonly counts: Counts
  /** By the key of the rate. */
  readonly rates: Readonly<Record<string, RateFigure>>
  /** 0 to 100 with two decimals; null where there is none. */
  readonly score: number | null
  readonly band: string | null
  readonly parts: readonly ScoreFigure[]
}

const NOTHING: Counted = { all: 0, parked: 0 }

/** Counts one by one together: of what lies below, or of all that is evaluated. */
export function addCounts(subject: EvaluationSubject, many: readonly Counts[]): Counts {
  const added = (name: CountName): Counted =>
    many.reduce<Counted>((sum, { [name]: one = NOTHING }) => {
      return { all: sum.all + one.all, parked: sum.parked + one.parked }
    }, NOTHING)
  return Object.fromEntries(countsOf(subject).map((name) => [name, added(name)]))
}

/** Rates, scores and bands of all that is evaluated together: some rates compare one with the others. */
export function figuresOf(
  subject: EvaluationSubject,
  rows: readonly Counts[],
  configuration: EvaluationConfiguration,
): readonly Figures[] {
  const { rates, score } = configuration.subjects[subject]
  const wanted = configuration.rates.filter(({ key }) => rates.includes(key))
  const peers = new Map(wanted.map((rate) => [rate.key, peerFigure(rate, rows)]))
  return rows.map((counts) => {
    const found = wanted.map(
      (rate) => [rate.key, rateOf(rate, counts, peers.get(rate.key))] as const,
    )
    const values = new Map(found)
    const parts = score.map(({ rate, weight, complement }): ScoreFigure => {
      const value = values.get(rate)?.value ?? null
      const share = value === null ? null : Math.min(1, Math.max(0, value))
      const good = share === null ? null : complement ? 1 - share : share
      return { rate, weight, points: good === null ? null : good * weight }
    })
    const total = scoreOf(parts, configuration)
    const band = total === null ? undefined : configuration.bands.find(({ from }) => total >= from)
    return {
      counts,
      rates: Object.fromEntries(rates.map((key) => [key, values.get(key) as RateFigure])),
      score: total,
      band: band?.band ?? null,
      parts,
    }
  })
}

function sumOf({ plus, minus }: CountSum, counts: Counts, rate: EvaluationRate): number {
  const one = (name: CountName): number => {
    const { all, parked } = counts[name] ?? NOTHING
    return rate.parked === 'counted' ? all : all - parked
  }
  const total = (names: readonly CountName[]): number =>
    names.reduce((sum, name) => sum + one(name), 0)
  return total(plus) - total(minus)
}

/** What the numerator of each is measured against where that is what the others have. */
function peerFigure(rate: EvaluationRate, rows: readonly Counts[]): number {
  if (!('peers' in rate.denominator) || rows.length === 0) return 0
  const all = rows.map((counts) => sumOf(rate.numerator, counts, rate))
  if (rate.denominator.peers === 'greatest') {
    return all.reduce((most, each) => Math.max(most, each), 0)
  }
  return all.reduce((sum, each) => sum + each, 0) / all.length
}

function rateOf(rate: EvaluationRate, counts: Counts, peers = 0): RateFigure {
  const numerator = sumOf(rate.numerator, counts, rate)
  const denominator = 'peers' in rate.denominator ? peers : sumOf(rate.denominator, counts, rate)
  return { numerator, denominator, value: denominator === 0 ? null : numerator / denominator }
}

function scoreOf(
  parts: readonly ScoreFigure[],
  { withoutValue }: EvaluationConfiguration,
): number | null {
  const valued = parts.filter(({ points }) => points !== null)
  if (valued.length === 0) return null
  if (withoutValue === 'no-score' && valued.length < parts.length) return null
  const weight = valued.reduce((sum, part) => sum + part.weight, 0)
  const points = valued.reduce((sum, part) => sum + (part.points ?? 0), 0)
  return twoDecimals((points / weight) * 100)
}

/** Half up. What binary fractions lose of a decimal one is less than is added. */
export const twoDecimals = (value: number): number => Math.round((value + 1e-9) * 100) / 100
