import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { type CompiledRule, gapOf } from '#rules/compiled-rule.ts'
import { isUnknown, type RuleState, type Stretch, settle } from '#rules/fold.ts'
import { blankMemory, type Lookback, reachesBack, remember } from '#rules/memory.ts'
import { Refold } from '#rules/refold.ts'
import { type DeviceState, freshState } from './device-state.ts'
import { stretchOf } from './episode-stretch.ts'
import type { History } from './ports.ts'
import type { RuleSet } from './rule-set.ts'

/** Readings of each device asked for at once: enough to settle nearly every rule. */
const FIRST_LOOK = 8
const LONGER = 8
/** Devices that are looked at further at the same time. */
const AT_ONCE = 16

/**
 * Rebuilds what the monitor knew of devices it does not remember, after a restart or because they
 * were never heard: readings and episodes are stored, and the state follows from them.
 */
export async function recall(
  devices: readonly Device[],
  rules: RuleSet,
  openOf: (deviceId: string) => readonly Episode[],
  history: History,
): Promise<ReadonlyMap<string, DeviceState>> {
  const latest = await history.latest(devices, FIRST_LOOK)
  const states = new Map<string, DeviceState>()
  const one = async (device: Device): Promise<void> => {
    const { lookback } = rules.of(device.kind)
    const newest = await farEnough(device, latest.get(device.id) ?? [], lookback, history)
    states.set(device.id, await recallOne(device, newest, rules, openOf(device.id), history))
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
  ruleSet: RuleSet,
  open: readonly Episode[],
  history: History,
): Promise<DeviceState> {
  const { rules, lookback } = ruleSet.of(device.kind)
  const state = freshState(device.kind, rules.length)
  const kind = findKind(device.kind)
  const last = newest.readings.at(-1)
  if (!kind || !last) return state
  state.last = { measuredAt: last.measuredAt, seq: last.seq }
  for (const reading of newest.readings) remember(state.memory, lookback, reading)
  for (const [index, rule] of rules.entries()) {
    const episode = open.find(({ ruleId }) => ruleId === rule.rule.id)
    const stretch = episode && stretchOf(kind, episode)
    const near = fromNewest(rule, newest, stretch)
    if (near) state.rules[index] = near
    else await lookFurther({ device, kind, rule, last, history }, state, index)
    state.episodes[index] = state.rules[index]?.phase === 'active' ? episode : undefined
  }
  return state
}

/**
 * The state by the newest reading that says anything to the rule; undefined when that reading does
 * not settle it, or none of these says anything.
 */
function fromNewest(
  rule: CompiledRule,
  { readings, whole }: Newest,
  open: Stretch | undefined,
): RuleState | undefined {
  const { lookback } = rule
  const looksBack = lookback.previousOf.length > 0 || lookback.window > 0
  for (let index = readings.length - 1; index >= 0; index--) {
    const reading = readings[index] as StoredReading
    const memory = blankMemory()
    if (looksBack) {
      for (const earlier of readings.slice(0, index)) remember(memory, lookback, earlier)
      const first = readings[0] as StoredReading
      if (!whole && !reachesBack(lookback, memory, first, reading)) return undefined
    }
    if (isUnknown(rule, reading, memory, open !== undefined)) continue
    return settle(rule, reading, memory, open)
  }
  return undefined
}

interface Search {
  readonly device: Device
  readonly kind: DeviceKind
  readonly rule: CompiledRule
  readonly last: StoredReading
  readonly history: History
}

/** Folds from further back, for a rule that is in the middle of a hold or seldom hears its channel. */
async function lookFurther(search: Search, state: DeviceState, index: number): Promise<void> {
  const { device, kind, rule, last, history } = search
  const after = { measuredAt: last.measuredAt, seq: last.seq + 1 }
  for (let limit = FIRST_LOOK * LONGER; ; limit *= LONGER) {
    const readings = await history.before(device, after, limit)
    const from = readings[0]?.measuredAt ?? epochMs(0)
    const episodes = await history.episodes(device.id, rule.rule.id, from)
    const refold = new Refold(
      rule,
      gapOf(rule.rule, device.reportingInterval),
      episodes.map((episode) => stretchOf(kind, episode)),
      { first: after, last: after },
    )
    if (!refold.begin(readings, readings.length < limit)) continue
    state.rules[index] = refold.state
    for (const channel of rule.lookback.previousOf) {
      state.memory.known[channel] = refold.memory.known[channel]
    }
    return
  }
}
