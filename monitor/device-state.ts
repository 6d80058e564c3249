import type { Episode } from '#model/episode.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { QUIET, type RuleState } from '#rules/fold.ts'
import { blankMemory, branchMemory, type Memory } from '#rules/memory.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { DevicePlan } from './plans.ts'

/** What the monitor remembers of a device. Rebuilt from the database when it is not there. */
export interface DeviceState {
  readonly plan: DevicePlan
  /** The newest reading folded; null when there is none. */
  last: Pick<Reading, 'measuredAt' | 'seq'> | null
  /** When a reading of it last came, by our clock; null: never. */
  heardAt: EpochMs | null
  /** What the rules of its plan look back at. */
  readonly memory: Memory
  /** Channels whose last value is not in `memory` although there may be one. */
  unsought: readonly number[]
  /** How many of its newest readings its windows had to let go of; 0 when they have them all. */
  letGo: number
  /** Beside the rules of the plan: their states and their open episodes. */
  readonly rules: RuleState[]
  readonly episodes: (Episode | undefined)[]
}

/** Of a device without any reading. */
export const freshState = (plan: DevicePlan): DeviceState => ({
  plan,
  last: null,
  heardAt: null,
  memory: blankMemory(),
  unsought: [],
  letGo: 0,
  rules: plan.rules.map(() => QUIET),
  episodes: plan.rules.map(() => undefined),
})

/** A copy to work on: the original stays what it was until the commit. */
export const copyState = (state: DeviceState): DeviceState => ({
  ...state,
  memory: branchMemory(state.memory),
  rules: state.rules.slice(),
  episodes: state.episodes.slice(),
})

/** Brings its open episodes to what a book has of them. */
export function refresh({ episodes }: DeviceState, book: Pick<EpisodeBook, 'latest'>): void {
  for (const [index, episode] of episodes.entries()) {
    if (episode) episodes[index] = book.latest(episode)
  }
}

export interface Arrangement {
  /** Newer than everything folded so far, ascending. */
  readonly fresh: readonly Reading[]
  /** At or before the newest folded, ascending: late, or here a second time. */
  readonly late: readonly Reading[]
}

/** Sorts one device's part of a batch; of readings with one identity the first to arrive stays. */
export function arrange(readings: readonly Reading[], last: DeviceState['last']): Arrangement {
  if (ascendsFrom(readings, last)) return { fresh: readings, late: [] }
  const sorted = readings.toSorted(compareReadings)
  const distinct = sorted.filter(
    (reading, index) => index === 0 || compareReadings(sorted[index - 1] as Reading, reading) !== 0,
  )
  const isFresh = (reading: Reading) => last === null || compareReadings(reading, last) > 0
  // The newest folded reading sent once more is the commonest repeat; it changes nothing.
  const isRepeat = (reading: Reading) => last !== null && compareReadings(reading, last) === 0
  return {
    fresh: distinct.filter(isFresh),
    late: distinct.filter((reading) => !isFresh(reading) && !isRepeat(reading)),
  }
}

function ascendsFrom(readings: readonly Reading[], last: DeviceState['last']): boolean {
  let before = last
  for (const reading of readings) {
    if (before !== null && compareReadings(reading, before) <= 0) return false
    before = reading
  }
  return true
}

/** The readings of a batch, device by device, in their order. */
export function byDevice(readings: readonly Reading[]): ReadonlyMap<string, readonly Reading[]> {
  const groups = new Map<string, Reading[]>()
  for (const reading of readings) {
    const group = groups.get(reading.device.id)
    if (group) group.push(reading)
    else groups.set(reading.device.id, [reading])
  }
  return groups
}
