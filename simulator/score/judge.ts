import type { FoundEpisode, ScoredRule } from './findings.ts'
import {
  type Befallen,
  instant,
  isClockFault,
  type Span,
  type TrueCity,
  type TrueSpan,
} from './true-city.ts'

/** A true phenomenon and the episodes that told of it. */
export interface Outcome {
  readonly truth: TrueSpan
  /** By when they were confirmed; the first found it, the others are duplicates. */
  readonly told: readonly Judgement[]
}

/** An episode, and what it told of. */
export interface Judgement {
  readonly episode: FoundEpisode
  readonly from: number
  readonly to: number
  readonly confirmedAt: number
  /** Nothing true told of: false. */
  readonly truths: TrueSpan[]
  /** Its times are not true; it is taken for the phenomenon because the clock of the device is off. */
  byClock: boolean
}

export interface Judged {
  readonly outcomes: readonly Outcome[]
  readonly judgements: readonly Judgement[]
}

export interface JudgeOptions {
  readonly city: TrueCity
  readonly rules: readonly ScoredRule[]
  /** How often a device reports, in milliseconds. */
  readonly interval_ms: (deviceId: string) => number
}

/** In how many readings after an instant an episode must begin to be one of it. */
export const READINGS_AFTER_INSTANT = 5

/**
 * Lays true phenomena of one kind beside episodes of the same kind. They belong together when
 * device and phenomenon are the same and their spans overlap, each taken one reporting interval of
 * the device and the hold of the rule longer; of an instant, when the episode starts within
 * {@link READINGS_AFTER_INSTANT} readings after it. An episode may tell of several phenomena, where
 * nothing cleared between them, and a phenomenon be told of by several. On a device with a clock
 * that is off, an episode that belongs to nothing by its times belongs to the first phenomenon that
 * nobody else told of.
 *
 * @param episodes none that was withdrawn
 */
export function judge(
  truths: readonly TrueSpan[],
  episodes: readonly FoundEpisode[],
  options: JudgeOptions,
): Judged {
  const judgements = episodes
    .map(judgementOf)
    .sort((a, b) => a.confirmedAt - b.confirmedAt || (a.episode.id < b.episode.id ? -1 : 1))
  const byDevice = Map.groupBy(judgements, ({ episode }) => episode.deviceId)
  const outcomes = truths.map((truth) => {
    const told = (byDevice.get(truth.deviceId ?? '') ?? []).filter((one) =>
      belongs(truth, one, options),
    )
    for (const one of told) one.truths.push(truth)
    return { truth, told }
  })
  for (const one of judgements) {
    if (one.truths.length === 0 && hasWrongClock(one, options.city)) takeByClock(one, outcomes)
  }
  return { outcomes, judgements }
}

const judgementOf = (episode: FoundEpisode): Judgement => ({
  episode,
  from: instant(episode.startedAt),
  to: episode.endedAt === null ? Infinity : instant(episode.endedAt),
  confirmedAt: instant(episode.confirmedAt),
  truths: [],
  byClock: false,
})

function belongs(
  truth: TrueSpan,
  { episode, from, to }: Judgement,
  options: JudgeOptions,
): boolean {
  const interval_ms = options.interval_ms(episode.deviceId)
  const slack_ms = interval_ms + holdOf(episode.ruleId, options.rules)
  if (truth.isInstant) {
    const echo_ms = slack_ms + (READINGS_AFTER_INSTANT - 1) * interval_ms
    return from >= truth.from - slack_ms && from <= truth.to + echo_ms
  }
  return from < truth.to + slack_ms && to > truth.from - slack_ms
}

/** Of the rule, in milliseconds; of one that nobody knows, nothing. */
export const holdOf = (ruleId: string, rules: readonly ScoredRule[]): number =>
  rules.find(({ id }) => id === ruleId)?.hold_ms ?? 0

const hasWrongClock = ({ episode }: Judgement, city: TrueCity): boolean =>
  city.faultsOf(episode.deviceId).some(isClockFault)

function takeByClock(
  one: Judgement,
  outcomes: readonly { readonly truth: TrueSpan; readonly told: Judgement[] }[],
): void {
  const untold = outcomes.find(
    ({ truth, told }) => truth.deviceId === one.episode.deviceId && told.length === 0,
  )
  if (!untold) return
  one.byClock = true
  one.truths.push(untold.truth)
  untold.told.push(one)
}

/**
 * What of these was so at the time of an episode. Of several, what lasted shortest: what lasts all
 * day explains little.
 */
export const during = (
  befell: readonly Befallen[],
  { from, to }: Span,
  slack_ms: number,
): Befallen | undefined =>
  befell
    .filter((one) => from < one.to + slack_ms && to > one.from - slack_ms)
    .reduce<Befallen | undefined>(
      (shortest, one) =>
        shortest && shortest.to - shortest.from <= one.to - one.from ? shortest : one,
      undefined,
    )
