import type { ChannelValue } from '#model/channel.ts'
import { between, type DurationMs, days, type EpochMs } from '#model/time.ts'
import type { Sample } from './fold.ts'
import type { CompiledArea } from './place/compile-area.ts'
import {
  advance,
  blankTrack,
  isSettled,
  type PlaceTrack,
  sameTrack,
  TRACK_MEMORY,
} from './place/place-track.ts'
import { RecentReadings } from './recent-readings.ts'
import { type FixChannels, fixOf } from './sample-fix.ts'
import { jointNeeds, WindowColumns } from './window-columns.ts'

/** A value that is older says nothing about a change any more, and is not looked for. */
export const VALUE_MEMORY: DurationMs = days(1)

/** A window holds so many readings at most: of more, the newest. */
export const WINDOW_MAX = 1_000

/** How far a rule looks back beyond the reading it is tried on. */
export interface Lookback {
  /** Indexes of the channels whose last value before the reading it needs. */
  readonly previousOf: readonly number[]
  /** The longest window over earlier readings; 0 for none. */
  readonly window: DurationMs
  /** What of them the windows look at. */
  readonly columns: WindowColumns
  /** Where the device is followed. */
  readonly areas: readonly CompiledArea[]
  /** The channels of a fix; null where the kind has none or no area is looked at. */
  readonly fix: FixChannels | null
}

interface Known {
  readonly value: ChannelValue
  readonly at: EpochMs
}

/** What is remembered of the readings before one, as far as somebody looks back. */
export interface Memory {
  /** The last value of each channel that is looked back at. */
  readonly known: (Known | undefined)[]
  /** The readings within the longest window; null as long as there is none. */
  recent: RecentReadings | null
  /** Where the device is by the reading at hand, once it was {@link perceive}d. */
  tracks: Map<CompiledArea, PlaceTrack> | null
  /** There was nothing before what was fed. */
  readonly whole: boolean
}

/** `whole`: the first reading that will be fed is the first there ever was. */
export const blankMemory = (whole = true): Memory => ({
  known: [],
  recent: null,
  tracks: null,
  whole,
})

/** A copy to go on with, while the original stays what it is or is dropped. */
export const branchMemory = (memory: Memory): Memory =>
  copyMemory(memory, memory.recent?.branch() ?? null)

/** A copy; both may be gone on with. */
export const copyMemory = (
  { known, recent, tracks, whole }: Memory,
  own: RecentReadings | null = recent?.copy() ?? null,
): Memory => ({
  known: known.slice(),
  recent: own,
  tracks: tracks && new Map(tracks),
  whole,
})

/** Follows the device to where a reading says it is, before rules are tried on it. */
export function perceive(memory: Memory, { areas, fix }: Lookback, sample: Sample): void {
  if (fix === null) return
  const seen = fixOf(sample, fix)
  if (!seen) return
  memory.tracks ??= new Map()
  for (const area of areas) {
    const before = memory.tracks.get(area) ?? blankTrack(memory.whole)
    memory.tracks.set(area, advance(area, before, seen))
  }
}

/** Brings a memory up to date with a reading, after rules were tried on it; readings ascend. */
export function remember(memory: Memory, lookback: Lookback, sample: Sample): void {
  for (const index of lookback.previousOf) {
    const value = sample.values[index]
    if (value !== undefined) memory.known[index] = { value, at: sample.measuredAt }
  }
  if (lookback.window > 0) keepForWindows(memory, lookback, sample)
}

/** Only what windows look at, of a reading after all that they have. */
export function keepForWindows(
  memory: Memory,
  { window, columns }: Lookback,
  sample: Sample,
): void {
  memory.recent ??= new RecentReadings(columns)
  const { recent } = memory
  recent.push(sample)
  const oldest = sample.measuredAt - window
  let gone = Math.max(0, recent.length - WINDOW_MAX)
  while (recent.at(gone) <= oldest) gone++
  if (gone > 0) recent.dropFirst(gone)
}

/** Puts readings that came late, ascending, into their places among those still looked back at. */
export function recollect(
  { recent }: Memory,
  { window }: Lookback,
  late: readonly Sample[],
  newestAt: EpochMs | undefined,
): void {
  if (recent === null || newestAt === undefined) return
  const inWindow = late.filter(({ measuredAt }) => measuredAt > newestAt - window)
  if (inWindow.length === 0) return
  recent.insert(inWindow)
  if (recent.length > WINDOW_MAX) recent.dropFirst(recent.length - WINDOW_MAX)
}

/**
 * Whether what was fed since `first` is all that a rule at `sample` could look back at: every value
 * and place is known, or was looked for as far back as it is remembered.
 */
export function reachesBack(
  { previousOf, window, areas }: Lookback,
  { known, tracks, recent }: Memory,
  first: Sample,
  sample: Sample,
): boolean {
  const span = between(first.measuredAt, sample.measuredAt)
  if (window > span && (recent?.length ?? 0) < WINDOW_MAX) return false
  if (span <= VALUE_MEMORY && !previousOf.every((channel) => known[channel] !== undefined)) {
    return false
  }
  return span > TRACK_MEMORY || areas.every((area) => isSettledAt(tracks?.get(area)))
}

const isSettledAt = (track: PlaceTrack | undefined): boolean =>
  track !== undefined && isSettled(track)

/** Whether two memories say the same from `sample` on, but for their windows. */
export const remembersTheSame = (
  { previousOf, areas }: Lookback,
  a: Memory,
  b: Memory,
  sample: Sample,
): boolean =>
  previousOf.every((channel) => sameKnown(a.known[channel], b.known[channel], sample)) &&
  areas.every((area) => {
    const [one, other] = [a.tracks?.get(area), b.tracks?.get(area)]
    return one === other || (one !== undefined && other !== undefined && sameTrack(one, other))
  })

function sameKnown(a: Known | undefined, b: Known | undefined, sample: Sample): boolean {
  const said = (known: Known | undefined): Known | undefined =>
    known && between(known.at, sample.measuredAt) > VALUE_MEMORY ? undefined : known
  const [one, other] = [said(a), said(b)]
  return one === other || (one?.at === other?.at && one?.value === other?.value)
}

/** Takes over of what one rule looks back at what another memory knows of it. */
export function adoptKnown(to: Memory, from: Memory, { previousOf, areas }: Lookback): void {
  for (const channel of previousOf) to.known[channel] = from.known[channel]
  for (const area of areas) {
    const track = from.tracks?.get(area)
    if (track) {
      to.tracks ??= new Map()
      to.tracks.set(area, track)
    }
  }
}

/** What several rules together look back at. */
export const jointLookback = (lookbacks: readonly Lookback[]): Lookback => ({
  previousOf: [...new Set(lookbacks.flatMap(({ previousOf }) => previousOf))],
  window: Math.max(0, ...lookbacks.map(({ window }) => window)) as DurationMs,
  columns: new WindowColumns(jointNeeds(lookbacks.map(({ columns }) => columns))),
  areas: [...new Set(lookbacks.flatMap(({ areas }) => areas))],
  fix: lookbacks.find(({ fix }) => fix !== null)?.fix ?? null,
})

/** The longest that a lookback reaches, 0 where nothing is looked back at. */
export const lookbackSpan = ({ previousOf, window, areas }: Lookback): DurationMs =>
  Math.max(
    window,
    previousOf.length > 0 ? VALUE_MEMORY : 0,
    areas.length > 0 ? TRACK_MEMORY : 0,
  ) as DurationMs
