import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { between, type DurationMs, type EpochMs, minus } from '#model/time.ts'
import { blankMemory, type Lookback, perceive, remember, WINDOW_MAX } from '#rules/memory.ts'
import { settlingSpan } from '#rules/settle.ts'
import { type DeviceState, freshState } from './device-state.ts'
import type { DevicePlan } from './plans.ts'
import type { History } from './ports.ts'
import { type Newest, recallRule, unsought } from './recall-rule.ts'

/** Readings of each device asked for at first: enough to settle nearly every rule. */
const FIRST_LOOK = 8
const LONGER = 8
/** Room for readings that come at other intervals than the last few. */
const MARGIN = 1.25
/** Readings that are asked for at the same time. */
const READINGS_AT_ONCE = 8_000
/** While the readings of one look are worked through the database gathers those of another. */
const LOOKS_AT_ONCE = 2

/** A device that is not remembered, and what its rules have to go by. */
interface Recalled {
  readonly device: Device
  readonly plan: DevicePlan
  readonly open: readonly Episode[]
  /** How many of its newest readings are looked at. */
  readonly limit: number
}

interface Surrounding {
  readonly planOf: (device: Device) => DevicePlan
  readonly openOf: (deviceId: string) => readonly Episode[]
  /** Called with each state as soon as it is there. */
  readonly made: (deviceId: string, state: DeviceState) => void
}

/**
 * Rebuilds what the monitor knew of devices it does not remember, after a restart, because a rule
 * was changed or because they were never heard: readings and episodes are stored, and the state
 * follows from them. An open episode stays open until a reading clears it.
 */
export async function recall(
  devices: readonly Device[],
  { planOf, openOf, made }: Surrounding,
  history: History,
): Promise<ReadonlyMap<string, DeviceState>> {
  const states = new Map<string, DeviceState>()
  let rest: readonly Recalled[] = devices.map((device) => ({
    device,
    plan: planOf(device),
    open: openOf(device.id),
    limit: FIRST_LOOK,
  }))
  const cleared = await lastCleared(rest, history)
  for (let isFirst = true; rest.length > 0; isFirst = false) {
    const further: Recalled[] = []
    const looks = inLooks(rest).values()
    const work = async (): Promise<void> => {
      for (const some of looks) {
        const answer = await look(some, isFirst, cleared, history)
        for (const each of some) {
          const { state, limit } = answer(each)
          if (state) {
            made(each.device.id, state)
            states.set(each.device.id, state)
          } else further.push({ ...each, limit })
        }
      }
    }
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work))
    rest = further
  }
  return states
}

/** In groups of which not too many readings are in hand at once. */
function inLooks(recalled: readonly Recalled[]): readonly (readonly Recalled[])[] {
  const looks: Recalled[][] = []
  let room = 0
  for (const each of recalled) {
    if (room < each.limit) {
      looks.push([])
      room = READINGS_AT_ONCE
    }
    looks.at(-1)?.push(each)
    room -= each.limit
  }
  return looks
}

/** How many readings will do, going by how far apart the newest ones are. */
function enough({ plan, limit }: Recalled, { readings, whole }: Newest): number {
  const [first, last] = [readings[0], readings.at(-1)]
  if (whole || !first || !last) return limit
  const longer = limit * LONGER
  if (limit > FIRST_LOOK || first.measuredAt === last.measuredAt) return longer
  const apart_ms = between(first.measuredAt, last.measuredAt) / (readings.length - 1)
  const back: DurationMs[] = plan.rules.map(({ bound }) => settlingSpan(bound))
  const many = (span: DurationMs): number => Math.ceil((span / apart_ms) * MARGIN) + 2
  const inWindows = Math.min(many(plan.lookback.window), WINDOW_MAX)
  const needed = Math.max(inWindows, ...back.map(many))
  return Math.min(longer, Math.max(needed, limit + 1))
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

type Answer = (each: Recalled) => {
  /** Undefined: its readings are not enough. */
  readonly state: DeviceState | undefined
  /** How many to look at next. */
  readonly limit: number
}

/** What the newest readings of some devices tell, in the first look without their episodes. */
async function look(
  some: readonly Recalled[],
  isFirst: boolean,
  cleared: ReadonlyMap<string, EpochMs>,
  history: History,
): Promise<Answer> {
  const limits = new Map(some.map(({ device, limit }) => [device.id, limit]))
  const latest = await history.latest(
    some.map(({ device }) => device),
    (id) => limits.get(id) ?? FIRST_LOOK,
  )
  const newestOf = ({ device, limit }: Recalled): Newest => {
    const readings = latest.get(device.id) ?? []
    return { readings, whole: readings.length < limit }
  }
  const known = isFirst ? null : await episodesSince(some, newestOf, history)
  return (each) => {
    const { id } = each.device
    const newest = newestOf(each)
    const clearedAt = (ruleId: string): EpochMs | null => cleared.get(`${id} ${ruleId}`) ?? null
    const state = recallOne(each, newest, clearedAt, known && (known.get(id) ?? []))
    return { state, limit: state ? 0 : enough(each, newest) }
  }
}

async function episodesSince(
  some: readonly Recalled[],
  newestOf: (each: Recalled) => Newest,
  history: History,
): Promise<ReadonlyMap<string, readonly Episode[]>> {
  const froms = some.flatMap((each) => {
    const first = newestOf(each).readings[0]
    const cooldowns = each.plan.rules.map(({ bound }) => bound.rule.cooldown)
    return first ? minus(first.measuredAt, Math.max(0, ...cooldowns) as DurationMs) : []
  })
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
): boolean =>
  whole ||
  window === 0 ||
  readings.length >= WINDOW_MAX ||
  (readings[0] ?? last).measuredAt <= last.measuredAt - window
