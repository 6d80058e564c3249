import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { blankMemory, type Lookback, perceive, remember } from '#rules/memory.ts'
import { type DeviceState, freshState } from './device-state.ts'
import type { DevicePlan } from './plans.ts'
import type { History } from './ports.ts'
import { type Newest, recallRule, unsought } from './recall-rule.ts'

/** Readings of each device asked for at once: enough to settle nearly every rule. */
const FIRST_LOOK = 8
const LONGER = 8
/** Readings that are in hand at the same time. */
const READINGS_AT_ONCE = 16_000

/** A device that is not remembered, and what its rules have to go by. */
interface Recalled {
  readonly device: Device
  readonly plan: DevicePlan
  readonly open: readonly Episode[]
}

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
  const states = new Map<string, DeviceState>()
  let rest: readonly Recalled[] = devices.map((device) => ({
    device,
    plan: planOf(device),
    open: openOf(device.id),
  }))
  const cleared = await lastCleared(rest, history)
  for (let limit = FIRST_LOOK; rest.length > 0; limit *= LONGER) {
    const further: Recalled[] = []
    const atOnce = Math.max(1, Math.floor(READINGS_AT_ONCE / limit))
    for (let from = 0; from < rest.length; from += atOnce) {
      const some = rest.slice(from, from + atOnce)
      const found = await look(some, limit, cleared, history)
      for (const each of some) {
        const state = found.get(each.device.id)
        if (state) states.set(each.device.id, state)
        else further.push(each)
      }
    }
    rest = further
  }
  return states
}

/** When the last episode of each rule with a cooldown was cleared, by device and rule. */
async function lastCleared(
  recalled: readonly Recalled[],
  history: History,
): Promise<ReadonlyMap<string, EpochMs>> {
  const rules = new Set<string>()
  const devices: string[] = []
  for (const { device, plan } of recalled) {
    const cooling = plan.rules.filter(({ bound }) => bound.rule.cooldown > 0)
    for (const { bound } of cooling) rules.add(bound.rule.id)
    if (cooling.length > 0) devices.push(device.id)
  }
  return rules.size === 0 ? new Map() : await history.lastCleared(devices, [...rules])
}

/** The states of those devices that so many of their newest readings are enough for. */
async function look(
  some: readonly Recalled[],
  limit: number,
  cleared: ReadonlyMap<string, EpochMs>,
  history: History,
): Promise<ReadonlyMap<string, DeviceState>> {
  const latest = await history.latest(
    some.map(({ device }) => device),
    limit,
  )
  const newestOf = ({ device }: Recalled): Newest => {
    const readings = latest.get(device.id) ?? []
    return { readings, whole: readings.length < limit }
  }
  const known = limit > FIRST_LOOK ? await episodesSince(some, newestOf, history) : null
  const states = new Map<string, DeviceState>()
  for (const each of some) {
    const { id } = each.device
    const clearedAt = (ruleId: string): EpochMs | null => cleared.get(`${id} ${ruleId}`) ?? null
    const state = recallOne(each, newestOf(each), clearedAt, known && (known.get(id) ?? []))
    if (state) states.set(id, state)
  }
  return states
}

async function episodesSince(
  some: readonly Recalled[],
  newestOf: (each: Recalled) => Newest,
  history: History,
): Promise<ReadonlyMap<string, readonly Episode[]>> {
  const froms = some.flatMap((each) => newestOf(each).readings[0]?.measuredAt ?? [])
  const ids = some.map(({ device }) => device.id)
  const episodes = await history.episodesOf(ids, Math.min(...froms) as EpochMs)
  return Map.groupBy(episodes, ({ deviceId }) => deviceId)
}

/** `known`: its episodes since the first of the readings; null: the readings must do. */
function recallOne(
  { device, plan, open }: Recalled,
  newest: Newest,
  clearedAt: (ruleId: string) => EpochMs | null,
  known: readonly Episode[] | null,
): DeviceState | undefined {
  const { rules, lookback } = plan
  const kind = findKind(device.kind)
  const last = newest.readings.at(-1)
  const state: DeviceState = { ...freshState(plan), memory: blankMemory(newest.whole) }
  if (!kind || !last) return state
  if (!reachesWindow(newest, last, lookback)) return undefined
  state.last = { measuredAt: last.measuredAt, seq: last.seq }
  state.heardAt = last.receivedAt
  for (const reading of newest.readings) {
    perceive(state.memory, lookback, reading)
    remember(state.memory, lookback, reading)
  }
  state.unsought = unsought(newest, lookback)
  for (const [index, { bound }] of rules.entries()) {
    const { id } = bound.rule
    const episode = open.find(({ ruleId }) => ruleId === id)
    const past = { kind, episode, known, clearedAt: clearedAt(id) }
    const found = recallRule(bound, newest, past, state.memory)
    if (!found) return undefined
    state.rules[index] = found
    state.episodes[index] = found.phase === 'active' ? episode : undefined
  }
  return state
}

const reachesWindow = (
  { readings, whole }: Newest,
  last: StoredReading,
  { window }: Lookback,
): boolean => whole || window === 0 || (readings[0] ?? last).measuredAt <= last.measuredAt - window
