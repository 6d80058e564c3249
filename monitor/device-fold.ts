import type { Device } from '#model/device.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import { minus } from '#model/time.ts'
import { derivedOf } from '#rules/explain/derived.ts'
import { QUIET, step, type Transition, transition } from '#rules/fold.ts'
import { perceive, recollect, remember, VALUE_MEMORY } from '#rules/memory.ts'
import { applyStretches } from './apply-stretches.ts'
import { type Arrangement, arrange, type DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import { stretchOf } from './episode-stretch.ts'
import { fallSilent, hear } from './hearing.ts'
import { foldLate } from './late.ts'
import type { PlannedRule } from './plans.ts'
import type { History } from './ports.ts'

/**
 * Folds what came of one device into its state, and writes what follows into the book. True: some of
 * it came late, and the past was folded again. A promise only where the past has to be read: nearly
 * never, and one for each device of each batch is what folding would cost most.
 */
export function foldDevice(
  device: Device,
  readings: readonly Reading[],
  state: DeviceState,
  history: History,
  book: EpisodeBook,
): boolean | Promise<boolean> {
  const kind = findKind(device.kind)
  if (!kind) return false
  const setting = { device, kind, book }
  const { fresh, late } = arrange(readings, state.last)
  const isLate = late.length > 0 && state.plan.rules.length > 0
  if (isLate || state.unsought.length > 0) {
    return foldWithPast(setting, readings, { fresh, late: isLate ? late : [] }, state, history)
  }
  if (fresh.length > 0) foldFresh(setting, fresh, state)
  return false
}

async function foldWithPast(
  setting: Setting,
  readings: readonly Reading[],
  { fresh, late }: Arrangement,
  state: DeviceState,
  history: History,
): Promise<boolean> {
  const { device, kind, book } = setting
  if (state.unsought.length > 0) await seek(device, readings, state, history)
  if (late.length > 0) {
    await foldLate({ device, kind, late }, state, history, book)
    recollect(state.memory, state.plan.lookback, late, state.last?.measuredAt)
  }
  if (fresh.length > 0) foldFresh(setting, fresh, state)
  return late.length > 0
}

/** Looks for the last values of channels that have not been needed since the device was recalled. */
async function seek(
  device: Device,
  readings: readonly Reading[],
  state: DeviceState,
  history: History,
): Promise<void> {
  const { last } = state
  if (last === null) return
  const needed = state.unsought.filter((index) =>
    readings.some(({ values }) => values[index] !== undefined),
  )
  for (const index of needed) {
    const span = { from: minus(last.measuredAt, VALUE_MEMORY), at: last.measuredAt }
    const found = await history.lastWith(device, index, span)
    const value = found?.values[index]
    if (found && value !== undefined) state.memory.known[index] = { value, at: found.measuredAt }
  }
  state.unsought = state.unsought.filter((index) => !needed.includes(index))
}

/** Opens the silences of a device that have become too long by now, and tells how many. */
export function foldSilence(device: Device, state: DeviceState, book: EpisodeBook): number {
  const kind = findKind(device.kind)
  if (!kind) return 0
  let opened = 0
  for (const [index, planned] of state.plan.rules.entries()) {
    const before = state.rules[index] ?? QUIET
    const silent = fallSilent(planned.bound, before, book.now, state.heardAt)
    if (!silent) continue
    state.rules[index] = silent.state
    state.episodes[index] = book.open(planned, device, kind, silent.stretch)
    opened++
  }
  return opened
}

interface Setting {
  readonly device: Device
  readonly kind: DeviceKind
  readonly book: EpisodeBook
}

function foldFresh(setting: Setting, fresh: readonly Reading[], state: DeviceState): void {
  const { rules, lookback, hasSilence } = state.plan
  for (const reading of fresh) {
    perceive(state.memory, lookback, reading)
    for (let index = 0; index < rules.length; index++) {
      const planned = rules[index] as PlannedRule
      if (planned.bound.silence !== null) continue
      const before = state.rules[index] ?? QUIET
      const after = step(planned.bound, before, reading, state.memory)
      if (after === before) continue
      state.rules[index] = after
      const change = transition(before, after, reading)
      if (change) follow(setting, { planned, index, change }, reading, state)
    }
    remember(state.memory, lookback, reading)
  }
  if (hasSilence) hearAll(setting, fresh, state)
  const { measuredAt, seq } = fresh.at(-1) as Reading
  state.last = { measuredAt, seq }
}

interface Turning {
  readonly planned: PlannedRule
  readonly index: number
  readonly change: Transition
}

function follow(
  { device, kind, book }: Setting,
  { planned, index, change }: Turning,
  reading: Reading,
  state: DeviceState,
): void {
  if (change.type === 'opened') {
    const derived = derivedOf(planned.bound, reading, state.memory)
    state.episodes[index] = book.open(planned, device, kind, { ...change.stretch, derived })
    return
  }
  const episode = state.episodes[index]
  if (!episode) return
  if (change.type === 'graded') {
    const { severity, grades } = change
    state.episodes[index] = book.write({ ...book.latest(episode), severity, grades })
  } else {
    book.close(episode, change.endedAt, change.clearedAt)
    state.episodes[index] = undefined
  }
}

function hearAll(
  { device, kind, book }: Setting,
  fresh: readonly Reading[],
  state: DeviceState,
): void {
  const { rules } = state.plan
  for (let index = 0; index < rules.length; index++) {
    const planned = rules[index] as PlannedRule
    if (planned.bound.silence === null) continue
    const heard = hear(planned.bound, state.rules[index] ?? QUIET, fresh)
    state.rules[index] = heard.state
    const open = state.episodes[index]
    if (!open && heard.found.length === 0) continue
    const stored = open ? [stretchOf(kind, open)] : []
    applyStretches({ device, kind, index, planned }, stored, heard.found, state, book)
  }
}
