import { epochMs } from '#model/time.ts'
import { type CompiledArea, compileArea, DEGREE_M, lonDegree_m } from '#rules/place/compile-area.ts'
import type { Fix } from '#rules/place/movement.ts'
import { advance, blankTrack, isInside } from '#rules/place/place-track.ts'
import { fraction, type Random } from '#simulator/random/random.ts'

/** How a terminal errs. */
export interface Jitter {
  /** Radius that holds two fixes in three: the accuracy an honest terminal states. */
  readonly radius_m: number
  /** For how long an error lasts, as by reflections; 0: each fix errs anew. */
  readonly lasts_s: number
}

export const STATEMENTS = ['honest', 'missing', '5 m'] as const
export type Statement = (typeof STATEMENTS)[number]
/** `worked out`: by the terminal, from its own fixes. */
export const SPEEDS = ['measured', 'missing', 'worked out'] as const
export type SpeedSource = (typeof SPEEDS)[number]

export interface Terminal {
  readonly jitter: Jitter
  readonly states: Statement
  readonly speed: SpeedSource
  readonly every_s: number
}

/** Of a circular normal error, in deviations of one axis. */
const RADIUS_IN_DEVIATIONS = Math.sqrt(-2 * Math.log(0.32))
/** Of a measured speed, in km/h. */
const SPEED_DEVIATION = 0.8
const [LON, LAT] = [111, 35]
const LON_DEGREE_M = lonDegree_m(LAT)
const START = Date.UTC(2026, 10, 22, 16)

interface Truth {
  readonly x: number
  readonly y: number
  readonly kmh: number
}

/** Metres east and north of a corner. */
const positionAt = (x: number, y: number): [number, number] => [
  LON + x / LON_DEGREE_M,
  LAT + y / DEGREE_M,
]

export function rectangle(west: number, south: number, east: number, north: number): CompiledArea {
  const ring = [
    positionAt(west, south),
    positionAt(east, south),
    positionAt(east, north),
    positionAt(west, north),
    positionAt(west, south),
  ]
  return compileArea({ type: 'Polygon', coordinates: [ring] })
}

/** Not cut off anywhere: rare leaps are what this is about. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - fraction(random))) * Math.cos(2 * Math.PI * fraction(random))

/** The fixes of a terminal that is where `truthAt` says. */
function* fixesOf(
  { jitter, states, speed, every_s }: Terminal,
  truthAt: (after_s: number) => Truth,
  length_s: number,
  random: Random,
): Generator<{ readonly fix: Fix; readonly truth: Truth }> {
  const deviation = jitter.radius_m / RADIUS_IN_DEVIATIONS
  const keeps = jitter.lasts_s === 0 ? 0 : Math.exp(-every_s / jitter.lasts_s)
  const renews = Math.sqrt(1 - keeps * keeps)
  let [dx, dy] = [normal(random), normal(random)]
  let before: { readonly x: number; readonly y: number } | undefined
  for (let after_s = fraction(random) * every_s; after_s < length_s; after_s += every_s) {
    dx = keeps * dx + renews * normal(random)
    dy = keeps * dy + renews * normal(random)
    const truth = truthAt(after_s)
    const [x, y] = [truth.x + dx * deviation, truth.y + dy * deviation]
    const [lon_deg, lat_deg] = positionAt(x, y)
    const fix: Fix = {
      at: epochMs(START + Math.round(after_s * 1_000)),
      lon_deg,
      lat_deg,
      accuracy_m: { honest: jitter.radius_m, missing: undefined, '5 m': 5 }[states],
      speed_kmh: {
        measured: Math.hypot(
          truth.kmh + SPEED_DEVIATION * normal(random),
          SPEED_DEVIATION * normal(random),
        ),
        missing: undefined,
        'worked out': before && (Math.hypot(x - before.x, y - before.y) / every_s) * 3.6,
      }[speed],
    }
    before = { x, y }
    yield { fix, truth }
  }
}

/** What was told of a device that comes and parks. */
export interface Parked {
  readonly hours: number
  /** Transitions that were none. */
  readonly tracked: number
  readonly naive: number
  /** Shares of the fixes after the arrival. */
  readonly wrong: number
  readonly unknown: number
  readonly naiveWrong: number
}

const YARD = rectangle(0, -200, 400, 200)
const ARRIVAL_KMH = 25
const ARRIVAL_M = 600
const ARRIVAL_S = (ARRIVAL_M / ARRIVAL_KMH) * 3.6

/** A truck comes from the west and parks `depth_m` within the fence, or before it where negative. */
export function park(terminal: Terminal, depth_m: number, hours: number, random: Random): Parked {
  const truthAt = (after_s: number): Truth => {
    const left_s = ARRIVAL_S - after_s
    if (left_s <= 0) return { x: depth_m, y: 0, kmh: 0 }
    return { x: depth_m - (left_s / ARRIVAL_S) * ARRIVAL_M, y: 0, kmh: ARRIVAL_KMH }
  }
  const isWithin = depth_m > 0
  const changes = isWithin ? 1 : 0
  let track = blankTrack(true)
  let [tracked, naive, wrong, unknown, naiveWrong, fixes] = [0, 0, 0, 0, 0, 0]
  let naiveBefore = false
  let known: boolean | undefined
  for (const { fix, truth } of fixesOf(terminal, truthAt, ARRIVAL_S + hours * 3_600, random)) {
    track = advance(YARD, track, fix)
    const isIn = isInside(track)
    // A turn across a time of not knowing counts as well.
    const turned = known !== undefined && isIn !== undefined && isIn !== known
    if (turned || track.entered || track.left || track.crossed) tracked++
    known = isIn ?? known
    const naiveNow = YARD.depth_m(fix.lon_deg, fix.lat_deg) > 0
    if (naiveNow !== naiveBefore) naive++
    naiveBefore = naiveNow
    if (truth.kmh > 0) continue
    fixes++
    if (isIn === undefined) unknown++
    else if (isIn !== isWithin) wrong++
    if (naiveNow !== isWithin) naiveWrong++
  }
  return {
    hours,
    tracked: Math.max(0, tracked - changes),
    naive: Math.max(0, naive - changes),
    wrong: wrong / fixes,
    unknown: unknown / fixes,
    naiveWrong: naiveWrong / fixes,
  }
}

/** How often a passage was told of: once is right where the way goes through, never where not. */
export interface Passed {
  readonly tracked: number
  readonly naive: number
}

const WAY_M = 3_000

/** A device goes north at `x`, past the middle of an area. */
export function pass(
  terminal: Terminal,
  area: CompiledArea,
  x: number,
  kmh: number,
  random: Random,
): Passed {
  const truthAt = (after_s: number): Truth => ({ x, y: (after_s * kmh) / 3.6 - WAY_M / 2, kmh })
  let track = blankTrack(true)
  let [tracked, naive, naiveBefore] = [0, 0, false]
  for (const { fix } of fixesOf(terminal, truthAt, (WAY_M / kmh) * 3.6, random)) {
    track = advance(area, track, fix)
    if (track.entered || track.crossed) tracked++
    const naiveNow = area.depth_m(fix.lon_deg, fix.lat_deg) > 0
    if (naiveNow && !naiveBefore) naive++
    naiveBefore = naiveNow
  }
  return { tracked, naive }
}
