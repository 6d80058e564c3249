import type { Place } from '#model/place.ts'
import { between, type DurationMs, type EpochMs } from '#model/time.ts'
import { distance_m, type Fix, isMoving } from '#rules/place/movement.ts'

/** A span in which a device stayed where it was. */
export interface Stop {
  readonly from: EpochMs
  readonly to: EpochMs
  /** The middle of its fixes. */
  readonly place: Place
}

/** Of a run of fixes: places in it, both inclusive. */
interface Stretch {
  readonly first: number
  readonly last: number
  readonly place: Place
}

/** So far from the middle of a stop its fixes lie; two streets are further apart. */
const REACH_M = 40

/**
 * The stops of a run, and the run without what jitter makes of them: of each stop its first and its
 * last fix stay, both in its middle.
 */
export function findStops(
  run: readonly Fix[],
  least: DurationMs,
): { readonly stops: readonly Stop[]; readonly calm: readonly Fix[] } {
  const stretches = together(run, stretchesOf(run, least))
  const stops = stretches.map(({ first, last, place }) => ({
    from: (run[first] as Fix).at,
    to: (run[last] as Fix).at,
    place,
  }))
  const calm: Fix[] = []
  let next = 0
  for (const { first, last, place } of stretches) {
    calm.push(...run.slice(next, first))
    for (const index of [first, last]) {
      calm.push({ ...(run[index] as Fix), ...place, speed_kmh: 0 })
    }
    next = last + 1
  }
  calm.push(...run.slice(next))
  return { stops, calm }
}

function stretchesOf(run: readonly Fix[], least: DurationMs): Stretch[] {
  const found: Stretch[] = []
  for (let first = 0; first < run.length; ) {
    const stretch = stayingFrom(run, first)
    if (between((run[first] as Fix).at, (run[stretch.last] as Fix).at) >= least) {
      found.push(stretch)
      first = stretch.last + 1
    } else first += 1
  }
  return found
}

/** How long the device stays about where it is at one fix. */
function stayingFrom(run: readonly Fix[], first: number): Stretch {
  const start = run[first] as Fix
  const middle = { ...start }
  let last = first
  for (let index = first; index < run.length; index += 1) {
    const fix = run[index] as Fix
    if (isMoving(fix) || distance_m(middle, fix) > REACH_M) break
    const weight = 1 / (index - first + 1)
    middle.lon_deg += (fix.lon_deg - middle.lon_deg) * weight
    middle.lat_deg += (fix.lat_deg - middle.lat_deg) * weight
    last = index
  }
  return { first, last, place: { lon_deg: middle.lon_deg, lat_deg: middle.lat_deg } }
}

/** Stops at one place, one right after the other, are one. */
function together(run: readonly Fix[], stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = []
  for (const stretch of stretches) {
    const before = found.at(-1)
    const isSame =
      before !== undefined &&
      stretch.first - before.last <= 3 &&
      distance_m(
        { ...(run[0] as Fix), ...before.place },
        { ...(run[0] as Fix), ...stretch.place },
      ) <= REACH_M
    if (!isSame) found.push(stretch)
    else found[found.length - 1] = { ...before, last: stretch.last }
  }
  return found
}
