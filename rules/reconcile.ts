import type { Derived } from './explain/derived.ts'
import type { Stretch } from './fold.ts'

export interface Reconciliation<Stored extends Stretch> {
  readonly amended: readonly { readonly stored: Stored; readonly found: Stretch }[]
  readonly vanished: readonly Stored[]
  readonly appeared: readonly Stretch[]
}

/** Pairs stretches that overlap, earliest first; both lists ascend. Unchanged pairs are left out. */
export function reconcile<Stored extends Stretch>(
  stored: readonly Stored[],
  found: readonly Stretch[],
): Reconciliation<Stored> {
  const unmatched = [...stored]
  const amended: { stored: Stored; found: Stretch }[] = []
  const appeared: Stretch[] = []
  for (const stretch of found) {
    const index = unmatched.findIndex((candidate) => overlap(candidate, stretch))
    const match = index < 0 ? undefined : unmatched.splice(index, 1)[0]
    if (!match) appeared.push(stretch)
    else if (!same(match, stretch)) amended.push({ stored: match, found: stretch })
  }
  return { amended, vanished: unmatched, appeared }
}

const overlap = (a: Stretch, b: Stretch): boolean =>
  a.first.measuredAt <= (b.clearedAt ?? Infinity) && b.first.measuredAt <= (a.clearedAt ?? Infinity)

const same = (a: Stretch, b: Stretch): boolean =>
  a.first.measuredAt === b.first.measuredAt &&
  a.first.seq === b.first.seq &&
  a.confirmed.measuredAt === b.confirmed.measuredAt &&
  a.confirmed.seq === b.confirmed.seq &&
  a.endedAt === b.endedAt &&
  a.clearedAt === b.clearedAt &&
  a.severity === b.severity &&
  sameDerived(a.derived, b.derived) &&
  a.grades.length === b.grades.length &&
  a.grades.every(({ at, severity }, index) => {
    const other = b.grades[index]
    return other?.at === at && other.severity === severity
  })

/** One that was begun before the readings looked at is not told anew. */
function sameDerived(stored: Derived = {}, found: Derived | undefined): boolean {
  if (found === undefined) return true
  const texts = Object.keys(found)
  return (
    texts.length === Object.keys(stored).length &&
    texts.every((text) => stored[text] === found[text])
  )
}
