import { type Box, isInBox } from '#model/box.ts'
import type { CaseChange } from '#model/commit.ts'
import type { Scope } from '#model/principal.ts'
import { seesCase } from '#model/sees-case.ts'

/** What a viewer wants to hear of. */
export interface LiveFilter {
  /** Every reading of these devices. */
  readonly devices?: ReadonlySet<string> | undefined
  /** Newest states, and where `cases` is set cases, of places in this box. */
  readonly box?: Box | undefined
  readonly cases: boolean
  /** What the viewer may see at all. */
  readonly scope: Scope
}

export const wantsCase = (
  { cases, box, devices, scope }: LiveFilter,
  event: CaseChange,
): boolean => {
  if (!cases || !seesCase(scope, event.case)) return false
  if (devices) return event.case.deviceId !== null && devices.has(event.case.deviceId)
  return box === undefined || (event.case.place !== null && isInBox(box, event.case.place))
}
