import {
  between,
  type DurationMs,
  type EpochMs,
  milliseconds,
  minutes,
  seconds,
} from '#model/time.ts'
import { distance_m, type Fix } from '#rules/place/movement.ts'
import { cleanFixes } from './clean-fixes.ts'
import { findStops, type Stop } from './find-stops.ts'
import { thinRuns } from './thin-runs.ts'

/** A span in which nothing is known of where a device was. */
export interface TrackGap {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Where a device was over a span, as far as is known. */
export interface Track {
  /** Fixes there were, and those of them that no place of the device can be. */
  readonly fixes: number
  readonly dropped: number
  /** Along the way, without gaps and what jitter adds while it stands. */
  readonly distance_m: number
  readonly moving: DurationMs
  readonly standing: DurationMs
  /** Without a gap inside; the line between two runs is not known. */
  readonly runs: readonly (readonly Fix[])[]
  readonly stops: readonly Stop[]
  /** Between the runs. */
  readonly gaps: readonly TrackGap[]
}

export interface TrackOptions {
  /** How often the device means to report. */
  readonly reportingInterval: DurationMs
  /** What is shorter is no stop. */
  readonly leastStop: DurationMs
  /** About so many fixes are given; all there are when absent. */
  readonly most?: number
}

const INTERVALS_OF_GAP = 4
const SHORTEST_GAP = minutes(1)

/** After so long without a fix it is not known where the device went. */
export const gapOf = (reportingInterval: DurationMs): DurationMs =>
  milliseconds(Math.max(SHORTEST_GAP, INTERVALS_OF_GAP * reportingInterval))

export const LEAST_STOP = seconds(60)

/** What fixes in the order of their measuring say. */
export function trackOf(fixes: readonly Fix[], options: TrackOptions): Track {
  const { kept, dropped } = cleanFixes(fixes)
  const runs = runsOf(kept, gapOf(options.reportingInterval))
  const calm = runs.map((run) => findStops(run, options.leastStop))
  const stops = calm.flatMap((each) => each.stops)
  const lines = calm.map((each) => each.calm)
  const standing = stops.reduce((sum, { from, to }) => sum + between(from, to), 0)
  const known = runs.reduce((sum, run) => sum + lengthOf(run), 0)
  return {
    fixes: fixes.length,
    dropped,
    distance_m: lines.reduce((sum, line) => sum + wayOf(line), 0),
    moving: milliseconds(known - standing),
    standing: milliseconds(standing),
    runs: options.most === undefined ? lines : thinRuns(lines, options.most),
    stops,
    gaps: runs.slice(1).map((run, index) => {
      const before = runs[index] as readonly Fix[]
      return { from: (before.at(-1) as Fix).at, to: (run[0] as Fix).at }
    }),
  }
}

function runsOf(fixes: readonly Fix[], gap: DurationMs): readonly (readonly Fix[])[] {
  const runs: Fix[][] = []
  let last: Fix | undefined
  for (const fix of fixes) {
    if (last !== undefined && between(last.at, fix.at) <= gap) runs.at(-1)?.push(fix)
    else runs.push([fix])
    last = fix
  }
  return runs
}

const lengthOf = (run: readonly Fix[]): number =>
  run.length < 2 ? 0 : between((run[0] as Fix).at, (run.at(-1) as Fix).at)

/** In metres. */
function wayOf(line: readonly Fix[]): number {
  let way = 0
  for (let index = 1; index < line.length; index += 1) {
    way += distance_m(line[index - 1] as Fix, line[index] as Fix)
  }
  return way
}
