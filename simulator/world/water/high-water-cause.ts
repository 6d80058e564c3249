import { type EpochMs, hours, plus } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { SewerCourse } from './sewer-course.ts'
import type { SewerPlace } from './sewer-place.ts'

/** High water so long after rain or a burst is still taken for its doing. */
const AFTERWARDS = hours(3)
const FULL = 0.95

interface Causes {
  readonly rain: readonly Incident[]
  readonly bursts: readonly Incident[]
}

/**
 * Why water stands high at a place: a blockage that it stands back from without a gap, else rain,
 * else the nearest burst main, else a blockage further off: one below, or one above that was
 * cleared and let go of what it had held.
 */
export function highWaterCause(
  course: SewerCourse,
  { rain, bursts }: Causes,
  place: SewerPlace,
  at: EpochMs,
): Incident | undefined {
  return (
    blockageBelow(course, place, true) ??
    rain.findLast((one) => lately(one, at)) ??
    nearestOf(bursts, course, place, at) ??
    blockageBelow(course, place, false) ??
    blockageAbove(course, place) ??
    course.blockages.recent.at(-1)?.incident
  )
}

const lately = ({ startedAt, endedAt }: Incident, at: EpochMs): boolean =>
  startedAt <= at && at <= plus(endedAt, AFTERWARDS)

function blockageBelow(
  { tree, network, blockages }: SewerCourse,
  { node, share }: SewerPlace,
  whileFull: boolean,
): Incident | undefined {
  let from = share
  for (let here = node; here >= 0; here = tree.next[here] as number) {
    const full = (network.depth_m[here] as number) > FULL * (tree.diameter_m[here] as number)
    if (here !== node && whileFull && !full) return undefined
    const found = blockages.below(here, from)
    if (found) return found
    from = 0
  }
  return undefined
}

function blockageAbove(
  { tree, blockages }: SewerCourse,
  { node }: SewerPlace,
): Incident | undefined {
  const above = blockages.recent.findLast(({ place }) => {
    let here = place.node
    while (here >= 0 && here < node) here = tree.next[here] as number
    return here === node
  })
  return above?.incident
}

function nearestOf(
  bursts: readonly Incident[],
  { tree }: SewerCourse,
  { node }: SewerPlace,
  at: EpochMs,
): Incident | undefined {
  const { columns } = tree
  let [nearest, way]: [Incident | undefined, number] = [undefined, Infinity]
  for (const burst of bursts) {
    if (!burst.spot || !lately(burst, at)) continue
    const other = tree.nodeAt(burst.spot.stretch.from)
    const across = Math.abs((other % columns) - (node % columns))
    const off = across + Math.abs(Math.floor(other / columns) - Math.floor(node / columns))
    if (off < way) [nearest, way] = [burst, off]
  }
  return nearest
}
