import { between, type DurationMs, type EpochMs } from '#model/time.ts'
import {
  CROSSING_GAP,
  dwellOf,
  isInside,
  LONGEST_DWELL,
  type PlaceTrack,
} from './place/place-track.ts'

/** An answer about a place at a reading; unknown where the last fix is too old to say. */
type Answer = (track: PlaceTrack, at: EpochMs, span: DurationMs | undefined) => boolean | undefined

/** A reading without a fix stands for the place of the fix before it, while that is fresh. */
const fresh =
  (answer: Answer): Answer =>
  (track, at, span) =>
    track.last && between(track.last.at, at) <= CROSSING_GAP ? answer(track, at, span) : undefined

/** What happened at this very fix. */
const now =
  (answer: (track: PlaceTrack) => boolean | undefined): Answer =>
  (track, at) =>
    track.last?.at === at ? answer(track) : undefined

const inside = fresh(isInside)

export const PLACE_ANSWERS = {
  inside,
  corridor: inside,
  outside: fresh((track) => {
    const isIn = isInside(track)
    return isIn === undefined ? undefined : !isIn
  }),
  enters: now(({ entered }) => entered),
  leaves: now(({ left }) => left),
  crosses: now(({ crossed }) => crossed),
  dwells: fresh((track, _, span) => {
    const dwelt = dwellOf(track)
    return dwelt === undefined || span === undefined ? undefined : dwelt >= span
  }),
} as const satisfies Readonly<Record<string, Answer>>

export type PlaceAnswer = keyof typeof PLACE_ANSWERS

/** No longer dwell can be asked for. */
export const DWELL_MAX: DurationMs = LONGEST_DWELL
