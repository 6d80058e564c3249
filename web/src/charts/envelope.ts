/** A step of a line: its least and greatest value. Epoch ms. */
export interface Step {
  readonly at: number
  readonly min: number
  readonly max: number
}

type Point = [at: number, value: number | null]

/**
 * The points of a line that goes through the least and the greatest value of each step, so that no peak
 * is lost, and is broken where nothing is known.
 */
export function envelope(steps: readonly Step[], gap_ms: number): Point[] {
  const points: Point[] = []
  let last: Step | undefined
  for (const step of steps) {
    if (last !== undefined && step.at - last.at > gap_ms) points.push([last.at + 1, null])
    points.push([step.at, step.min])
    if (step.max !== step.min) points.push([step.at, step.max])
    last = step
  }
  return points
}

interface Change {
  readonly at: number
  readonly value: boolean
}

/** The points of a truth value whose changes are all known, each where it was. */
export function truthPoints(
  steps: readonly Step[],
  changes: readonly Change[],
  { step_ms, gap_ms }: { readonly step_ms: number; readonly gap_ms: number },
): Point[] {
  const points: Point[] = []
  let next = 0
  let last: Step | undefined
  for (const step of steps) {
    const isAfterGap = last !== undefined && step.at - last.at > gap_ms
    if (last && isAfterGap) points.push([last.at + step_ms, null])
    const first = next
    while ((changes[next]?.at ?? Number.POSITIVE_INFINITY) < step.at + step_ms) next += 1
    const own = changes.slice(first, next)
    const [change] = own
    if (change === undefined) points.push([step.at, step.max])
    // What was before a gap says nothing of its end.
    else if (!isAfterGap) points.push([step.at, Number(!change.value)])
    points.push(...own.map(({ at, value }): Point => [at, Number(value)]))
    last = step
  }
  return points
}

/** The step that holds an instant, or the one right before it if that is no further than a gap. */
export function stepAt<Some extends Step>(
  steps: readonly Some[],
  at: number,
  gap_ms: number,
): Some | undefined {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] as Some).at <= at) low = middle + 1
    else high = middle
  }
  const found = steps[low - 1]
  return found !== undefined && at - found.at <= gap_ms ? found : undefined
}
