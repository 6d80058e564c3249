import { DEGREE_M, lonDegree_m } from '#rules/place/compile-area.ts'
import type { Fix } from '#rules/place/movement.ts'

/** What nobody sees on a map. */
const UNSEEN_M = 2

interface Cut {
  readonly run: number
  readonly first: number
  readonly last: number
  /** The fix between them that is furthest from where they say it would be, and how far. */
  readonly at: number
  readonly off_m: number
}

/**
 * Runs of fixes with no more than about `most` of them: those stay that tell best where the device was
 * when. What is left out lies, at its time, as near as possible to the line between those that stay.
 */
export function thinRuns(runs: readonly (readonly Fix[])[], most: number): Fix[][] {
  const kept = runs.map((run) => new Set(run.length === 0 ? [] : [0, run.length - 1]))
  const open = new CutHeap()
  for (const [index, run] of runs.entries()) open.add(worstOf(runs, index, 0, run.length - 1))
  let left = most - kept.reduce((sum, { size }) => sum + size, 0)
  for (let cut = open.take(); cut !== undefined && left > 0; cut = open.take(), left -= 1) {
    kept[cut.run]?.add(cut.at)
    open.add(worstOf(runs, cut.run, cut.first, cut.at))
    open.add(worstOf(runs, cut.run, cut.at, cut.last))
  }
  return runs.map((run, index) => run.filter((_, at) => kept[index]?.has(at)))
}

function worstOf(
  runs: readonly (readonly Fix[])[],
  run: number,
  first: number,
  last: number,
): Cut | undefined {
  const fixes = runs[run] as readonly Fix[]
  const [from, to] = [fixes[first] as Fix, fixes[last] as Fix]
  if (last - first < 2) return undefined
  const [scale_m, span] = [lonDegree_m(from.lat_deg), Math.max(1, to.at - from.at)]
  let [at, off] = [first, -1]
  for (let index = first + 1; index < last; index += 1) {
    const fix = fixes[index] as Fix
    const share = (fix.at - from.at) / span
    const x = (fix.lon_deg - from.lon_deg - (to.lon_deg - from.lon_deg) * share) * scale_m
    const y = (fix.lat_deg - from.lat_deg - (to.lat_deg - from.lat_deg) * share) * DEGREE_M
    const square = x * x + y * y
    if (square > off) [at, off] = [index, square]
  }
  const off_m = Math.sqrt(off)
  return off_m <= UNSEEN_M ? undefined : { run, first, last, at, off_m }
}

/** Gives the worst first. */
class CutHeap {
  readonly #cuts: Cut[] = []

  add(cut: Cut | undefined): void {
    if (cut === undefined) return
    const cuts = this.#cuts
    let at = cuts.length
    for (let above = (at - 1) >> 1; at > 0; at = above, above = (at - 1) >> 1) {
      const parent = cuts[above] as Cut
      if (parent.off_m >= cut.off_m) break
      cuts[at] = parent
    }
    cuts[at] = cut
  }

  take(): Cut | undefined {
    const cuts = this.#cuts
    const [first, moved] = [cuts[0], cuts.pop()]
    if (moved === undefined || cuts.length === 0) return first
    let at = 0
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const larger = offOf(cuts[right]) > offOf(cuts[left]) ? right : left
      if (offOf(cuts[larger]) <= moved.off_m) break
      cuts[at] = cuts[larger] as Cut
      at = larger
    }
    cuts[at] = moved
    return first
  }
}

const offOf = (cut: Cut | undefined): number => cut?.off_m ?? -1
