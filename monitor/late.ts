import type { Device } from '#model/device.ts'
import type { DeviceKind } from '#model/kind.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { type DurationMs, milliseconds, minus } from '#model/time.ts'
import { QUIET, type RuleState, type Sample, type Stretch } from '#rules/fold.ts'
import { adoptKnown } from '#rules/memory.ts'
import { Refold } from '#rules/refold.ts'
import { applyStretches } from './apply-stretches.ts'
import type { DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import { type EpisodeStretch, stretchOf } from './episode-stretch.ts'
import type { PlannedRule } from './plans.ts'
import type { History } from './ports.ts'

/** Readings before the first late one: mostly one or two are enough. */
const LOOK_BACK = 16
const LONGER = 8
const LOOK_AHEAD = 256

interface Running {
  readonly index: number
  readonly planned: PlannedRule
  readonly refold: Refold
}

/** One device whose readings came late. `late` ascends and is not empty. */
export interface Lateness {
  readonly device: Device
  readonly kind: DeviceKind
  readonly late: readonly Reading[]
}

/**
 * Brings a device's state and episodes to what they would be had the late readings come in time.
 * Changes `state` and writes the differences into `book`.
 */
export async function foldLate(
  lateness: Lateness,
  state: DeviceState,
  history: History,
  book: EpisodeBook,
): Promise<void> {
  const running = await begin(lateness, state.plan.rules, history)
  await feedAll(lateness, running, history)
  const { device, kind } = lateness
  for (const { index, planned, refold } of running) {
    const place = { device, kind, index, planned }
    applyStretches(place, refold.scope as readonly EpisodeStretch[], refold.found, state, book)
    if (refold.done) {
      state.rules[index] = amended(state.rules[index], refold.found.at(-1))
      continue
    }
    state.rules[index] = refold.state
    adoptKnown(state.memory, refold.memory, planned.bound.lookback)
  }
}

/** What is late may have given another past to an episode that is still open. */
function amended(state: RuleState = QUIET, found: Stretch | undefined): RuleState {
  if (state.phase !== 'active' || found?.clearedAt !== null) return state
  const { first, confirmed, severity, grades } = found
  return { ...state, first, confirmed, severity, grades }
}

async function begin(
  { device, kind, late }: Lateness,
  rules: readonly PlannedRule[],
  history: History,
): Promise<readonly Running[]> {
  const span = { first: late[0] as Reading, last: late.at(-1) as Reading }
  const cooldown = milliseconds(Math.max(0, ...rules.map(({ bound }) => bound.rule.cooldown)))
  const lookBack = (limit: number): Promise<Look> =>
    lookBackFrom(span.first, { device, kind, limit, cooldown }, history)
  let limit = LOOK_BACK
  let look = await lookBack(limit)
  const running: Running[] = []
  for (const [index, planned] of rules.entries()) {
    for (;;) {
      const refold = new Refold(planned.bound, look.storedOf(planned.bound.rule.id), span)
      if (refold.begin(look.before, look.before.length < limit)) {
        running.push({ index, planned, refold })
        break
      }
      limit *= LONGER
      look = await lookBack(limit)
    }
  }
  return running
}

interface Look {
  readonly before: readonly Sample[]
  readonly storedOf: (ruleId: string) => readonly EpisodeStretch[]
}

interface Width {
  readonly device: Device
  readonly kind: DeviceKind
  readonly limit: number
  /** The longest, of episodes that were over before but still matter. */
  readonly cooldown: DurationMs
}

/** The readings before a point, and the episodes that touch what is from the first of them on. */
async function lookBackFrom(
  point: Pick<Reading, 'measuredAt' | 'seq'>,
  { device, kind, limit, cooldown }: Width,
  history: History,
): Promise<Look> {
  const before = await history.before(device, point, limit)
  const from = before[0]?.measuredAt ?? point.measuredAt
  const episodes = await history.episodes(device.id, minus(from, cooldown))
  const storedOf = (ruleId: string): readonly EpisodeStretch[] =>
    episodes.filter((each) => each.ruleId === ruleId).map((each) => stretchOf(kind, each))
  return { before, storedOf }
}

/** Feeds history from the first late reading on, the late ones merged into their places. */
async function feedAll(
  { device, late }: Lateness,
  running: readonly Running[],
  history: History,
): Promise<void> {
  let next = 0
  let point: Pick<Reading, 'measuredAt' | 'seq'> = late[0] as Reading
  const feed = (sample: Sample, isLate: boolean) => {
    for (const { refold } of running) refold.feed(sample, isLate)
  }
  for (;;) {
    const page = await history.from(device, point, LOOK_AHEAD)
    for (const stored of page) {
      while (next < late.length && compareReadings(late[next] as Reading, stored) < 0) {
        feed(late[next++] as Reading, true)
      }
      // Of two readings with one identity the stored one came first and stays.
      if (next < late.length && compareReadings(late[next] as Reading, stored) === 0) next++
      feed(stored, false)
    }
    const end = page.at(-1)
    if (!end || page.length < LOOK_AHEAD || running.every(({ refold }) => refold.done)) break
    point = { measuredAt: end.measuredAt, seq: end.seq + 1 }
  }
  while (next < late.length) feed(late[next++] as Reading, true)
}
