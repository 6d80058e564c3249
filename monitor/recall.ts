import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { between, minus } from '#model/time.ts'
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
} from '#rules/memory.ts'
import { Refold } from '#rules/refold.ts'
import { enter, isUnknown, settle, settlingSpan } from '#rules/settle.ts'
import { type DeviceState, freshState } from './device-state.ts'
import { stretchOf } from './episode-stretch.ts'
import type { DevicePlan } from './plans.ts'
import type { History } from './ports.ts'

/** Readings of each device asked for at once: enough to settle nearly every rule. */
const FIRST_LOOK = 8
const LONGER = 8
/** Devices that are looked at further at the same time. */
const AT_ONCE = 16

/**
 * Rebuilds what the monitor knew of devices it does not remember, after a restart, because a rule
 * was changed or because they were never heard: readings and episodes are stored, and the state
 * follows from them. An open episode stays open until a reading clears it.
 */
export async function recall(
  devices: readonly Device[],
  planOf: (device: Device) => DevicePlan,
  openOf: (deviceId: string) => readonly Episode[],
  history: History,
): Promise<ReadonlyMap<string, DeviceState>> {
  const latest = await history.latest(devices, FIRST_LOOK)
  const states = new Map<string, DeviceState>()
  const one = async (device: Device): Promise<void> => {
    const plan = planOf(device)
    const newest = await farEnough(device, latest.get(device.id) ?? [], plan.lookback, history)
    states.set(device.id, await recallOne(device, newest, plan, openOf(device.id), history))
  }
  for (let from = 0; from < devices.length; from += AT_ONCE) {
    await Promise.all(devices.slice(from, from + AT_ONCE).map(one))
  }
  return states
}

/** The newest readings of a device, at least as far as its rules look back from the last. */
interface Newest {
  readonly readings: readonly StoredReading[]
  /** There are none before these. */
  readonly whole: boolean
}

async function farEnough(
  device: Device,
  latest: readonly StoredReading[],
  { window }: Lookback,
  history: History,
): Promise<Newest> {
  const last = latest.at(-1)
  if (!last) return { readings: latest, whole: true }
  let readings = latest
  for (let limit = FIRST_LOOK; ; limit *= LONGER) {
    const whole = readings.length < limit
    const oldest = readings[0]?.measuredAt ?? last.measuredAt
    if (whole || window === 0 || oldest <= last.measuredAt - window) return { readings, whole }
    const after = { measuredAt: last.measuredAt, seq: last.seq + 1 }
    readings = await history.before(device, after, limit * LONGER)
  }
}

async function recallOne(
  device: Device,
  newest: Newest,
  plan: DevicePlan,
  open: readonly Episode[],
  history: History,
): Promise<DeviceState> {
  const { rules, lookback } = plan
  const kind = findKind(device.kind)
  const last = newest.readings.at(-1)
  const state: DeviceState = { ...freshState(plan), memory: blankMemory(newest.whole) }
  if (!kind || !last) return state
  state.last = { measuredAt: last.measuredAt, seq: last.seq }
  for (const reading of newest.readings) {
    perceive(state.memory, lookback, reading)
    remember(state.memory, lookback, reading)
  }
  const search = { device, kind, last, history }
  for (const [index, { bound }] of rules.entries()) {
    const episode = open.find(({ ruleId }) => ruleId === bound.rule.id)
    const stretch = episode && stretchOf(kind, episode)
    const near = fromNewest(bound, newest, stretch)
    const known = near ?? (await lookFurther(search, bound, state.memory))
    state.rules[index] = stretch ? stillActive(bound, known, stretch) : known
    state.episodes[index] = state.rules[index]?.phase === 'active' ? episode : undefined
  }
  return state
}

/** The stored episode is as of the newest reading, which need not be the one that told the state. */
function stillActive(bound: BoundRule, known: RuleState, stretch: Stretch): RuleState {
  if (bound.silence === null && known.phase !== 'active') return known
  const clearing = known.phase === 'active' ? known.clearing : null
  const { first, confirmed, severity, grades } = stretch
  return { phase: 'active', first, confirmed, clearing, severity, grades }
}

/**
 * The state by the newest reading that says anything to the rule; undefined when that reading does
 * not settle it, or none of these says anything.
 */
function fromNewest(
  bound: BoundRule,
  { readings, whole }: Newest,
  open: Stretch | undefined,
): RuleState | undefined {
  const { lookback, rule } = bound
  // When the last episode was cleared is not known here.
  if (rule.cooldown > 0 && !open) return undefined
  const around = { covering: open, clearedAt: null }
  const { previousOf, window, areas } = lookback
  const looksBack = previousOf.length > 0 || window > 0 || areas.length > 0
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
    return settle(bound, reading, memory, around)
  }
  return fromSilenceOfChannels(bound, { readings, whole }, open)
}

/** The state when none of the readings says anything, and they are enough to know that. */
function fromSilenceOfChannels(
  bound: BoundRule,
  { readings, whole }: Newest,
  open: Stretch | undefined,
): RuleState | undefined {
  const [first, last] = [readings[0], readings.at(-1)]
  if (!first || !last) return undefined
  const isLong = between(first.measuredAt, last.measuredAt) >= settlingSpan(bound)
  if (!isLong && !(whole && !open)) return undefined
  return open ? enter(open, last.measuredAt) : QUIET
}

interface Search {
  readonly device: Device
  readonly kind: DeviceKind
  readonly last: StoredReading
  readonly history: History
}

/** Folds from further back, for a rule that is in the middle of a hold or seldom hears its channel. */
async function lookFurther(
  { device, kind, last, history }: Search,
  bound: BoundRule,
  memory: Memory,
): Promise<RuleState> {
  const after = { measuredAt: last.measuredAt, seq: last.seq + 1 }
  for (let limit = FIRST_LOOK * LONGER; ; limit *= LONGER) {
    const readings = await history.before(device, after, limit)
    const from = readings[0]?.measuredAt ?? last.measuredAt
    const episodes = await history.episodes(device.id, minus(from, bound.rule.cooldown))
    const stored = episodes.filter(({ ruleId }) => ruleId === bound.rule.id)
    const refold = new Refold(
      bound,
      stored.map((episode) => stretchOf(kind, episode)),
      { first: after, last: after },
    )
    if (!refold.begin(readings, readings.length < limit)) continue
    adoptKnown(memory, refold.memory, bound.lookback)
    return refold.state
  }
}
