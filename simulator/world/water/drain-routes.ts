import { between, splitRandom } from '#simulator/random/random.ts'
import type { StreetPlan } from '#simulator/world/street-plan.ts'

/** What is carried: what people make, or what falls. They never share a pipe. */
export type SewerKind = 'foul' | 'storm'

/** No treatment works is fed by more crossings than this. */
const CROSSINGS_PER_WORKS = 1_200
/** A ditch that takes storm water runs along every third main street, and behind the last. */
const MAINS_PER_DITCH = 3
/** Trunk sewers lie in main streets: there a metre counts less. */
const MAIN_WEIGHT = 0.55

/**
 * Where each crossing drains to, numbered from the highest corner row by row down the fall, so
 * that water only ever goes to a higher number: the next one in its row, the same place in the
 * next row, or −1 for an outfall. Each takes the cheapest way down to an outfall, found from the
 * outfalls upward as in Dijkstra's search; there are no ways up, so one pass is enough.
 */
export function drainRoutes(
  seed: string,
  kind: SewerKind,
  plan: StreetPlan,
  fallsWest: boolean,
): Int32Array<ArrayBuffer> {
  const columns = plan.upright.length
  const rows = plan.across.length
  const uprights = fallsWest ? plan.upright.toReversed() : plan.upright
  const count = columns * rows
  const outfallColumns = kind === 'foul' ? worksColumns(uprights, count) : mainsOf(uprights)
  const lastRows = kind === 'foul' ? new Set([rows - 1]) : ditchRows(plan.across)
  const random = splitRandom(seed, 'drains', kind)
  const next = new Int32Array(count).fill(-1)
  const cost = new Float64Array(count)
  for (let node = count - 1; node >= 0; node -= 1) {
    const column = node % columns
    const row = (node - column) / columns
    // No pipe crosses a ditch: along it, water goes to the next outfall.
    const onEdge = lastRows.has(row)
    if (onEdge && outfallColumns.has(column)) continue
    const weigh = (main: boolean | undefined): number =>
      between(random, 0.95, 1.05) * (main ? MAIN_WEIGHT : 1)
    const along = weigh(plan.across[row]?.main) + (cost[node + 1] ?? 0)
    const down = weigh(uprights[column]?.main) + (cost[node + columns] ?? 0)
    const goesDown = !onEdge && (column === columns - 1 || down < along)
    next[node] = goesDown ? node + columns : node + 1
    cost[node] = goesDown ? down : along
  }
  return next
}

type Lines = StreetPlan['across']

const mainsOf = (lines: Lines): Set<number> =>
  new Set([...lines.keys()].filter((index) => lines[index]?.main))

// The last main street of each strip, so that every crossing has one further down the fall.
function worksColumns(uprights: Lines, crossings: number): Set<number> {
  const mains = [...mainsOf(uprights)]
  const works = Math.max(1, Math.ceil(crossings / CROSSINGS_PER_WORKS))
  return new Set(
    Array.from(
      { length: works },
      (_, strip) => mains[Math.ceil(((strip + 1) * mains.length) / works) - 1] as number,
    ),
  )
}

function ditchRows(across: Lines): Set<number> {
  const mains = [...mainsOf(across)].reverse()
  return new Set(mains.filter((_, index) => index % MAINS_PER_DITCH === 0))
}
