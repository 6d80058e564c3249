import type { Episode } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import { compareReadings, type StoredReading } from '#model/reading.ts'
import { between, type EpochMs } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import { QUIET, type RuleState, type Stretch } from '#rules/fold.ts'
import {
  adoptKnown,
  blankMemory,
  type Lookback,
  type Memory,
  perceive,
  reachesBack,
  remember,
  VALUE_MEMORY,
} from '#rules/memory.ts'
import { Refold } from '#rules/refold.ts'
import { enter, isUnknown, quietAfter, settle, settlingSpan } from '#rules/settle.ts'
import { stretchOf } from './episode-stretch.ts'

/** The newest readings of a device, ascending. */
export interface Newest {
  readonly readings: readonly StoredReading[]
  /** There are none before these. */
  readonly whole: boolean
}

/** What is stored of one rule at one device. */
interface Past {
  readonly kind: DeviceKind
  /** The open one. */
  readonly episode: Episode | undefined
  /** All of the device since the first of its newest readings; null: not asked for yet. */
  readonly known: readonly Episode[] | null
  /** When the last episode was cleared; only of rules with a cooldown. */
  readonly clearedAt: EpochMs | null
}

/**
 * The state of a rule after the newest readings; undefined when more of them must be looked at. What
 * the rule then looks back at goes into `memory`.
 */
export function recallRule(
  bound: BoundRule,
  newest: Newest,
  past: Past,
  memory: Memory,
): RuleState | undefined {
  const { kind, episode, known, clearedAt } = past
  const stretch = episode && stretchOf(kind, episode)
  if (bound.silence !== null && stretch) return stillActive(stretch, null)
  if (known === null) {
    const near = fromNewest(bound, newest, stretch, clearedAt)
    return near && stretch ? stillActive(stretch, near) : near
  }
  const stored = known
    .filter(({ ruleId }) => ruleId === bound.rule.id)
    .map((each) => stretchOf(kind, each))
  const found = fold(bound, newest, stored, memory)
  if (found && stretch) return stillActive(stretch, found)
  const last = newest.readings.at(-1)
  return found?.phase === 'active' && last ? notYet(found, last, stored) : found
}

/**
 * The stored episode is as of the newest reading, and stands until one clears it: by rules that were
 * changed meanwhile it might be over.
 */
function stillActive(stretch: Stretch, found: RuleState | null): RuleState {
  const { first, confirmed, severity, grades } = stretch
  const clearing = found?.phase === 'active' ? found.clearing : null
  return { phase: 'active', first, confirmed, clearing, severity, grades }
}

/**
 * Channels of which a rule looks for the last value and none of the readings has one. Those readings
 * say the same whatever it was; it is looked for when one with the channel comes.
 */
export function unsought({ readings, whole }: Newest, { previousOf }: Lookback): readonly number[] {
  const [first, last] = [readings[0], readings.at(-1)]
  if (whole || !first || !last) return []
  if (between(first.measuredAt, last.measuredAt) > VALUE_MEMORY) return []
  return previousOf.filter((index) => readings.every(({ values }) => values[index] === undefined))
}

/**
 * The state by the newest reading that says anything to the rule; undefined when that reading does
 * not settle it, or none of these says anything.
 */
function fromNewest(
  bound: BoundRule,
  newest: Newest,
  open: Stretch | undefined,
  clearedAt: EpochMs | null,
): RuleState | undefined {
  const { readings, whole } = newest
  const { previousOf, window, areas } = bound.lookback
  const absent = new Set(unsought(newest, bound.lookback))
  const lookback = {
    ...bound.lookback,
    previousOf: previousOf.filter((index) => !absent.has(index)),
  }
  const looksBack = lookback.previousOf.length > 0 || window > 0 || areas.length > 0
  for (let index = readings.length - 1; index >= 0; index--) {
    const reading = readings[index] as StoredReading
    const memory = blankMemory(whole)
    if (looksBack) {
      for (const earlier of readings.slice(0, index)) {
        perceive(memory, lookback, earlier)
        remember(memory, lookback, earlier)
      }
      perceive(memory, lookback, reading)
      const first = readings[0] as StoredReading
      if (!whole && !reachesBack(lookback, memory, first, reading)) return undefined
    }
    if (isUnknown(bound, reading, memory, open !== undefined)) continue
    return settle(bound, reading, memory, { covering: open, clearedAt })
  }
  return fromSilenceOfChannels(bound, newest, open, clearedAt)
}

/** The state when none of the readings says anything, and they are enough to know that. */
function fromSilenceOfChannels(
  bound: BoundRule,
  { readings, whole }: Newest,
  open: Stretch | undefined,
  clearedAt: EpochMs | null,
): RuleState | undefined {
  const [first, last] = [readings[0], readings.at(-1)]
  if (!first || !last) return undefined
  const isLong = between(first.measuredAt, last.measuredAt) >= settlingSpan(bound)
  if (!isLong && !(whole && !open)) return undefined
  return open ? enter(open, last.measuredAt) : quietAfter(bound, clearedAt)
}

/** Folds from further back, for a rule that is in the middle of a hold or seldom hears its channel. */
function fold(
  bound: BoundRule,
  { readings, whole }: Newest,
  stored: readonly Stretch[],
  memory: Memory,
): RuleState | undefined {
  const last = readings.at(-1)
  if (!last) return QUIET
  const after = { measuredAt: last.measuredAt, seq: last.seq + 1 }
  const refold = new Refold(bound, stored, { first: after, last: after })
  if (!refold.begin(readings, whole)) return undefined
  adoptKnown(memory, refold.memory, bound.lookback)
  return refold.state
}

/**
 * By other rules there would have been an episode by now, or one was ended because its rule was
 * disabled. The past is not judged anew: the next reading opens it, if it is still wrong.
 */
function notYet(
  { first }: RuleState & { readonly phase: 'active' },
  last: StoredReading,
  stored: readonly Stretch[],
): RuleState {
  const wasFound = stored.some((stretch) => compareReadings(stretch.first, first) === 0)
  return { phase: 'pending', run: { since: wasFound ? last : first, lastTrueAt: last.measuredAt } }
}
