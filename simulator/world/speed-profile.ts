/** A stretch of time with one acceleration. */
export interface Phase {
  readonly lasts_s: number
  /** At its beginning. */
  readonly speed_ms: number
  readonly acceleration_ms2: number
}

/** How a leg is driven from standstill to standstill. */
export type SpeedProfile = readonly Phase[]

/** A top speed that is held for a time, before the rest of the way is driven at another. */
export interface Sprint {
  readonly top_ms: number
  readonly held_s: number
}

/** From standstill to standstill over a length, not faster than `cruise_ms`. */
export function easyDrive(
  length_m: number,
  cruise_ms: number,
  acceleration_ms2: number,
): SpeedProfile {
  const top = Math.min(cruise_ms, Math.sqrt(length_m * acceleration_ms2))
  const cruised = length_m - (top * top) / acceleration_ms2
  return [
    { lasts_s: top / acceleration_ms2, speed_ms: 0, acceleration_ms2 },
    { lasts_s: cruised / top, speed_ms: top, acceleration_ms2: 0 },
    { lasts_s: top / acceleration_ms2, speed_ms: top, acceleration_ms2: -acceleration_ms2 },
  ]
}

/** A sprint first, then the rest of the length at `cruise_ms`. Needs {@link sprintLength}. */
export function sprintDrive(
  length_m: number,
  { top_ms, held_s }: Sprint,
  cruise_ms: number,
  acceleration_ms2: number,
): SpeedProfile {
  const rest = length_m - sprintLength({ top_ms, held_s }, acceleration_ms2)
  const slowing = { acceleration_ms2: -acceleration_ms2 }
  return [
    { lasts_s: top_ms / acceleration_ms2, speed_ms: 0, acceleration_ms2 },
    { lasts_s: held_s, speed_ms: top_ms, acceleration_ms2: 0 },
    { lasts_s: (top_ms - cruise_ms) / acceleration_ms2, speed_ms: top_ms, ...slowing },
    { lasts_s: rest / cruise_ms, speed_ms: cruise_ms, acceleration_ms2: 0 },
    { lasts_s: cruise_ms / acceleration_ms2, speed_ms: cruise_ms, ...slowing },
  ]
}

/** The shortest way on which a sprint can be driven and braked off. */
export const sprintLength = ({ top_ms, held_s }: Sprint, acceleration_ms2: number): number =>
  (top_ms * top_ms) / acceleration_ms2 + top_ms * held_s

export const profileDuration_s = (profile: SpeedProfile): number =>
  profile.reduce((total, { lasts_s }) => total + lasts_s, 0)

/** How far along and how fast after `elapsed_s`. */
export function driven(
  profile: SpeedProfile,
  elapsed_s: number,
): { readonly distance_m: number; readonly speed_ms: number } {
  let left = Math.max(0, elapsed_s)
  let distance = 0
  let speed = 0
  for (const { lasts_s, speed_ms, acceleration_ms2 } of profile) {
    const spent = Math.min(left, lasts_s)
    distance += speed_ms * spent + (acceleration_ms2 * spent * spent) / 2
    speed = speed_ms + acceleration_ms2 * spent
    left -= spent
    if (left <= 0) break
  }
  return { distance_m: distance, speed_ms: Math.max(0, speed) }
}
