import type { Device } from '#model/device.ts'
import type { DeviceKind } from '#model/kind.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { type CompiledRule, gapOf } from '#rules/compiled-rule.ts'
import type { Sample } from '#rules/fold.ts'
import { reconcile } from '#rules/reconcile.ts'
import { Refold } from '#rules/refold.ts'
import type { DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import { type EpisodeStretch, stretchOf } from './episode-stretch.ts'
import type { History } from './ports.ts'

/** Readings before the first late one: mostly one or two are enough. */
const LOOK_BACK = 16
const LONGER = 8
const LOOK_AHEAD = 256

interface Running {
  readonly index: number
  readonly rule: CompiledRule
  readonly refold: Refold
}

/** One device whose readings came late. `late` ascends and is not empty. */
export interface Lateness {
  readonly device: Device
  readonly kind: DeviceKind
  readonly rules: readonly CompiledRule[]
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
  const running = await begin(lateness, history)
  await feedAll(lateness, running, history)
  for (const { index, rule, refold } of running) {
    apply({ ...lateness, index, rule, refold }, state, book)
  }
}

async function begin(
  { device, kind, rules, late }: Lateness,
  history: History,
): Promise<readonly Running[]> {
  const span = { first: late[0] as Reading, last: late.at(-1) as Reading }
  let limit = LOOK_BACK
  let before = await history.before(device, span.first, limit)
  const running: Running[] = []
  for (const [index, rule] of rules.entries()) {
    for (;;) {
      const from = before[0]?.measuredAt ?? span.first.measuredAt
      const episodes = await history.episodes(device.id, rule.rule.id, from)
      const stored = episodes.map((episode) => stretchOf(kind, episode))
      const gap = gapOf(rule.rule, device.reportingInterval)
      const refold = new Refold(rule, gap, stored, span)
      if (refold.begin(before, before.length < limit)) {
        running.push({ index, rule, refold })
        break
      }
      limit *= LONGER
      before = await history.before(device, span.first, limit)
    }
  }
  return running
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

function apply(
  { device, kind, index, rule, refold }: Lateness & Running,
  state: DeviceState,
  book: EpisodeBook,
): void {
  const { amended, vanished, appeared } = reconcile(
    refold.scope as readonly EpisodeStretch[],
    refold.found,
  )
  for (const stretch of vanished) {
    book.withdraw(stretch)
    if (state.episodes[index]?.id === stretch.episode.id) state.episodes[index] = undefined
  }
  for (const { stored, found } of amended) {
    const episode = book.amend(kind, stored, found)
    if (episode.clearedAt === null) state.episodes[index] = episode
    else if (state.episodes[index]?.id === episode.id) state.episodes[index] = undefined
  }
  for (const stretch of appeared) {
    const episode = book.open(rule.rule, device, kind, stretch)
    if (episode.clearedAt === null) state.episodes[index] = episode
  }
  if (refold.done) return
  state.rules[index] = refold.state
  for (const channel of rule.lookback.previousOf) {
    state.memory.known[channel] = refold.memory.known[channel]
  }
}
