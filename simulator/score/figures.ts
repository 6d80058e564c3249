import type { Judgement, Outcome } from './judge.ts'
import { percentile } from './percentile.ts'
import { UNOBSERVABLE, type WhyMissed } from './why.ts'

/** A missed phenomenon, and why. */
export interface Missed {
  readonly outcome: Outcome
  readonly why: WhyMissed
}

/** An episode that tells of nothing true, and why. */
export interface FalseEpisode {
  readonly judgement: Judgement
  readonly why: string
}

/** Shares are from 0 to 1, and null where there is nothing to have a share of. */
export interface Figures {
  /** True phenomena. */
  readonly true: number
  /** Of them those that some device could have seen. */
  readonly observable: number
  readonly found: number
  readonly missed: number
  /** Found of those observable. */
  readonly recall: number | null
  /** From the true start to the reading that confirmed it, of those found by a right clock. */
  readonly delayP50_s: number | null
  readonly delayP95_s: number | null
  /** That were not withdrawn. */
  readonly episodes: number
  readonly falseEpisodes: number
  /** Episodes that tell of something true, of all. */
  readonly precision: number | null
  /** Episodes beside the first of the same phenomenon. */
  readonly duplicates: number
  /** Phenomena that were found although the times of the episode are wrong. */
  readonly foundByClock: number
  readonly cases: number
  /** None of whose episodes tells of something true. */
  readonly falseCases: number
  readonly falseEpisodesPer1000DeviceDays: number | null
  readonly falseCasesPer1000DeviceDays: number | null
  /** How many were not found, by why; with those that nobody could see. */
  readonly whyMissed: Readonly<Record<string, number>>
  readonly whyFalse: Readonly<Record<string, number>>
}

export interface Verdict {
  readonly outcomes: readonly Outcome[]
  readonly judgements: readonly Judgement[]
  readonly missed: readonly Missed[]
  readonly false: readonly FalseEpisode[]
}

/** Several verdicts as one. */
export const together = (verdicts: readonly Verdict[]): Verdict => ({
  outcomes: verdicts.flatMap(({ outcomes }) => outcomes),
  judgements: verdicts.flatMap(({ judgements }) => judgements),
  missed: verdicts.flatMap(({ missed }) => missed),
  false: verdicts.flatMap((verdict) => verdict.false),
})

/** @param standing whether a case still stands */
export function figuresOf(
  verdict: Verdict,
  device_days: number,
  standing: (caseId: string) => boolean,
): Figures {
  const { outcomes, judgements } = verdict
  const unseen = verdict.missed.filter(({ why }) => UNOBSERVABLE.includes(why)).length
  const found = outcomes.length - verdict.missed.length
  const observable = outcomes.length - unseen
  const delays = outcomes.flatMap(({ truth, told: [first] }) =>
    first && !first.byClock ? [Math.max(0, first.confirmedAt - truth.from) / 1_000] : [],
  )
  const falseEpisodes = verdict.false.length
  const cases = casesOf(judgements, standing)
  const falseCases = [...cases.values()].filter((told) => !told).length
  return {
    true: outcomes.length,
    observable,
    found,
    missed: observable - found,
    recall: share(found, observable),
    delayP50_s: percentile(delays, 0.5),
    delayP95_s: percentile(delays, 0.95),
    episodes: judgements.length,
    falseEpisodes,
    precision: share(judgements.length - falseEpisodes, judgements.length),
    duplicates: duplicatesIn(outcomes),
    foundByClock: outcomes.filter(({ told: [first] }) => first?.byClock).length,
    cases: cases.size,
    falseCases,
    falseEpisodesPer1000DeviceDays: share(1_000 * falseEpisodes, device_days),
    falseCasesPer1000DeviceDays: share(1_000 * falseCases, device_days),
    whyMissed: counts(verdict.missed.map(({ why }) => why)),
    whyFalse: counts(verdict.false.map(({ why }) => why)),
  }
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

/** Of each case whether one of its episodes tells of something true. */
function casesOf(
  judgements: readonly Judgement[],
  standing: (caseId: string) => boolean,
): ReadonlyMap<string, boolean> {
  const cases = new Map<string, boolean>()
  for (const { episode, truths } of judgements) {
    const { caseId } = episode
    if (caseId === null || !standing(caseId)) continue
    cases.set(caseId, truths.length > 0 || cases.get(caseId) === true)
  }
  return cases
}

// One that was the first of something is not too many, whatever else it tells of.
function duplicatesIn(outcomes: readonly Outcome[]): number {
  const firsts = new Set(outcomes.map(({ told: [first] }) => first))
  const later = new Set(outcomes.flatMap(({ told }) => told.slice(1)))
  return [...later].filter((one) => !firsts.has(one)).length
}

function counts(words: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(words, (word) => word)
  return Object.fromEntries(
    [...groups]
      .map(([word, all]) => [word, all.length] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
