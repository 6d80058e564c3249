import { formatInstant } from '#model/time.ts'
import { PHENOMENA } from '#simulator/truth/observation.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import {
  type FalseEpisode,
  type Figures,
  figuresOf,
  type Missed,
  together,
  type Verdict,
} from './figures.ts'
import type { Findings, FoundEpisode, ScoredRule } from './findings.ts'
import { type JudgeOptions, judge } from './judge.ts'
import { instant, isClockFault, type TrueCity, type TrueSpan, trueCity } from './true-city.ts'
import { whyFalse, whyMissed } from './why.ts'

export interface ScoreOptions {
  readonly rules: readonly ScoredRule[]
  /** How often a device reports, in milliseconds. */
  readonly interval_ms: (deviceId: string) => number
}

/** The figures of a score. */
export interface ScoreFigures {
  readonly scenario: string
  readonly device_days: number
  /** By rule; then what was there and no rule looks for. */
  readonly rows: readonly ScoreRow[]
  /** Every phenomenon that some rule looks for and the simulated city can have. */
  readonly ruled: Figures
  /** Every phenomenon. */
  readonly all: Figures
}

/** How well the rules did in one run, against what truly happened. */
export interface Score extends ScoreFigures {
  readonly citySeed: string
  readonly missed: readonly MissedPhenomenon[]
  readonly false: readonly FalseFinding[]
}

export interface ScoreRow extends Figures {
  /** Null where there is none for the phenomenon. */
  readonly rule: string | null
  readonly phenomenon: string
}

export interface MissedPhenomenon {
  readonly phenomenon: string
  readonly incidentId: string
  readonly cause: string
  readonly deviceId: string | null
  readonly startedAt: string
  readonly why: string
}

export interface FalseFinding {
  readonly rule: string
  readonly episodeId: string
  readonly deviceId: string
  readonly startedAt: string
  readonly caseId: string | null
  readonly why: string
}

/**
 * Scores what a service found in a run.
 *
 * @param findings may hold more than those of the run: other devices and other times are passed
 *   over, but for devices whose clock is off
 * @throws Rejected 'invalid-input' when the truth has no line of the run
 */
export function scoreRun(
  truth: readonly TruthLine[],
  findings: Findings,
  { rules, interval_ms }: ScoreOptions,
): Score {
  const city = trueCity(truth)
  const options: JudgeOptions = { city, rules, interval_ms }
  const episodes = findings.episodes.filter(
    (episode) =>
      episode.withdrawnAt === null && saysSomething(episode) && isOfRun(episode, options),
  )
  const known = knownRules(rules, episodes)
  const refused = Map.groupBy(
    findings.quarantine.filter(({ deviceId }) => city.has(deviceId)),
    ({ deviceId }) => deviceId,
  )
  const verdictOn = (
    phenomenon: string,
    own: readonly FoundEpisode[],
    rule: ScoredRule | undefined,
  ): Verdict => {
    const judged = judge(truthsOf(city, phenomenon), own, options)
    return {
      ...judged,
      missed: judged.outcomes.flatMap((outcome): Missed[] => {
        if (outcome.told.length > 0) return []
        const messages = refused.get(outcome.truth.deviceId ?? '') ?? []
        return [{ outcome, why: whyMissed(outcome, rule, messages, options) }]
      }),
      false: judged.judgements.flatMap((judgement): FalseEpisode[] =>
        judgement.truths.length > 0 ? [] : [{ judgement, why: whyFalse(judgement, options) }],
      ),
    }
  }
  const withdrawn = new Set(
    findings.cases.flatMap(({ id, state }) => (state === 'withdrawn' ? [id] : [])),
  )
  const figures = (verdict: Verdict): Figures =>
    figuresOf(verdict, city.device_days, (caseId) => !withdrawn.has(caseId))

  const phenomena = [
    ...new Set([...known, ...city.phenomena].map(({ phenomenon }) => phenomenon)),
  ].sort()
  const byPhenomenon = phenomena.map((phenomenon) => {
    const rule = known.find((one) => one.phenomenon === phenomenon)
    const own = episodes.filter((episode) => episode.phenomenon === phenomenon)
    return { phenomenon, rule, verdict: verdictOn(phenomenon, own, rule) }
  })
  // What no incident of the city can be, such as a wrong clock, has no truth to be summed against.
  const judged = byPhenomenon.filter(({ phenomenon }) => isSimulated(phenomenon, city))
  const all = together(judged.map(({ verdict }) => verdict))
  const ruled = judged.filter(({ rule }) => rule !== undefined)
  return {
    scenario: city.run.scenario,
    citySeed: city.run.citySeed,
    device_days: city.device_days,
    rows: [
      ...known.map((rule) => {
        const own = episodes.filter(({ ruleId }) => ruleId === rule.id)
        const verdict = verdictOn(rule.phenomenon, own, rule)
        return { rule: rule.id, phenomenon: rule.phenomenon, ...figures(verdict) }
      }),
      ...byPhenomenon
        .filter(({ rule }) => rule === undefined)
        .map(({ phenomenon, verdict }) => ({ rule: null, phenomenon, ...figures(verdict) })),
    ],
    ruled: figures(together(ruled.map(({ verdict }) => verdict))),
    all: figures(all),
    missed: all.missed.map(missedOf),
    false: all.false.map(falseOf),
  }
}

const isSimulated = (phenomenon: string, city: TrueCity): boolean =>
  PHENOMENA.some((known) => known === phenomenon) || truthsOf(city, phenomenon).length > 0

const truthsOf = (city: TrueCity, phenomenon: string): readonly TrueSpan[] =>
  city.phenomena.filter((one) => one.phenomenon === phenomenon)

/** One device of several that a rule asks for is no finding yet. */
const saysSomething = ({ role, groupId }: FoundEpisode): boolean =>
  role !== 'member' || groupId !== null

function isOfRun(
  { deviceId, startedAt, endedAt }: FoundEpisode,
  { city, interval_ms }: JudgeOptions,
): boolean {
  if (!city.has(deviceId)) return false
  if (city.faultsOf(deviceId).some(isClockFault)) return true
  const slack_ms = interval_ms(deviceId)
  return (
    instant(startedAt) < city.to + slack_ms &&
    (endedAt === null || instant(endedAt) >= city.from - slack_ms)
  )
}

/** A service may have rules of its own; they show by their episodes alone. */
function knownRules(
  rules: readonly ScoredRule[],
  episodes: readonly FoundEpisode[],
): readonly ScoredRule[] {
  const known = new Map(rules.map((rule) => [rule.id, rule]))
  for (const { ruleId, phenomenon } of episodes) {
    if (!known.has(ruleId)) known.set(ruleId, { id: ruleId, phenomenon, hold_ms: 0 })
  }
  return [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const missedOf = ({ outcome: { truth }, why }: Missed): MissedPhenomenon => ({
  phenomenon: truth.phenomenon,
  incidentId: truth.incidentId,
  cause: truth.cause,
  deviceId: truth.deviceId,
  startedAt: new Date(truth.from).toISOString(),
  why,
})

const falseOf = ({ judgement: { episode }, why }: FalseEpisode): FalseFinding => ({
  rule: episode.ruleId,
  episodeId: episode.id,
  deviceId: episode.deviceId,
  startedAt: formatInstant(instant(episode.startedAt)),
  caseId: episode.caseId,
  why,
})
