import { type EpochMs, hours, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { excursion, type Span, spanAt, suddenly } from '#simulator/signals/excursion.ts'
import {
  clamped,
  constant,
  diurnal,
  drawn,
  type Signal,
  sum,
  wander,
} from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

/** A shaft and its cover as they truly are. */
export interface ManholeState {
  readonly tilt_deg: number
  readonly lidOpen: boolean
  /** Whether something shakes the cover hard just then. */
  readonly struck: boolean
  readonly level_mm: number
  readonly methane_pct_lel: number
  readonly hydrogenSulphide_ppm: number
  /** How busy the road above is, 0 to 1. */
  readonly traffic: number
  readonly temperature_celsius: number
}

/** What `foul` shafts hold: water that people make or that falls, and what it gives off. */
export function manhole(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => ManholeState {
  const incidentsOf = world.incidentsOf(device)
  const foul = device.medium === 'sewage' || device.medium === 'stormwater'
  const stolen = incidentsOf('cover-stolen')
  const hits = incidentsOf('cover-hit')
  const tilt = tiltOf(random, world, device)
  const level = foul ? world.waters.sewer(device).level_mm : dampness(random)
  const methane = excursion(
    foul ? clamped(sum(drawn(random, 0, 3), wander(random, 0.5, hours(1))), 0, 6) : constant(0),
    incidentsOf('methane'),
    { short: 15, beyond: 23, peak: [28, 70], lead: seconds(30), tail: seconds(60) },
  )
  const sulphide = foul
    ? clamped(sum(drawn(random, 0, 2), wander(random, 0.4, hours(1))), 0, 5)
    : constant(0)
  const traffic = trafficOf(random, world)
  // Below ground the day comes through damped.
  const warmth = drawn(random, 6, 9)
  const open = inOrder([...incidentsOf('lid-open'), ...stolen, ...incidentsOf('cover-work')])
  return (at) => ({
    tilt_deg: tilt(at),
    // Slid aside flat: a lid may be gone without a tilt to show for it.
    lidOpen: open.length > 0 && spanAt(open, at) !== undefined,
    struck: hits.length > 0 && spanAt(hits, at) !== undefined,
    level_mm: level(at),
    methane_pct_lel: methane(at),
    hydrogenSulphide_ppm: sulphide(at),
    traffic: traffic(at),
    temperature_celsius: warmth(at) + world.weather.air_celsius(at) / 4,
  })
}

const ASKEW = suddenly(22, [24, 75])
/** Carried off, it lies on its back or on its edge, wherever that is. */
const CARRIED_OFF = suddenly(60, [70, 160])
const KNOCKED = suddenly(21, [22, 35])
/** How far a cover leans when the road has gone from under one side of it. */
const SUNK_DEG: readonly [number, number] = [6, 14]

function tiltOf(random: Random, world: World, device: SimulatedDevice): Signal {
  const incidentsOf = world.incidentsOf(device)
  const seated = clamped(sum(drawn(random, 0.2, 2), wander(random, 0.2, hours(6))), 0, 4)
  const leaning = sinking(seated, incidentsOf('road-sinking'))
  const knocked = excursion(leaning, incidentsOf('cover-hit'), KNOCKED)
  const moved = excursion(knocked, incidentsOf('cover-displaced'), ASKEW)
  return excursion(moved, incidentsOf('cover-stolen'), CARRIED_OFF)
}

// Slowly at first, then ever faster, until it is mended.
function sinking(seated: Signal, spans: readonly Span[]): Signal {
  if (spans.length === 0) return seated
  return (at) => {
    const usual = seated(at)
    const span = spanAt(spans, at)
    if (!span) return usual
    const most = SUNK_DEG[0] + (SUNK_DEG[1] - SUNK_DEG[0]) * span.strength
    const share = (at - span.startedAt) / (span.endedAt - span.startedAt)
    return Math.max(usual, most * share ** 1.5)
  }
}

// What seeps into a shaft that no water is meant to be in.
const dampness = (random: Random): Signal =>
  clamped(sum(drawn(random, 0, 30), wander(random, 3, hours(2))), 0, 50)

const inOrder = (spans: readonly Span[]): readonly Span[] =>
  spans.toSorted((a, b) => a.startedAt - b.startedAt)

const BUSY_BY_DAY = { workday: 1, weekend: 0.8, holiday: 0.6 } as const

function trafficOf(random: Random, { setting }: World): Signal {
  const busy = between(random, 0.2, 1) * BUSY_BY_DAY[setting.day]
  return diurnal(0.1 * busy, busy, setting.day === 'workday' ? 13 : 15)
}
