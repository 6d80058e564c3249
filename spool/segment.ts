import type { Buffer } from 'node:buffer'
import type { EpochMs } from '#model/time.ts'
import { seedOf } from './frame.ts'
import { scanFrames } from './scan-frames.ts'

/** One file of the spool, and what is known of the records in it. */
export interface Segment {
  readonly name: string
  /** A UUID that rises with time: of the process that wrote it. */
  readonly generation: string
  readonly seed: number
  /** As far as it is to be believed; what lies behind was never acknowledged. */
  length: number
  first: number
  last: number
  /** Records whose numbers are not below this were written again in a later segment. */
  end: number
  /** Records not yet drained, and since when the oldest of them has waited. */
  waiting: number
  oldestAt: EpochMs | null
  /** All of it was handed out. */
  isRead: boolean
  /** Something in it could not be put aside: it is left for the next start. */
  isKept: boolean
}

const DIGITS = 8
const NAME = /^([0-9a-f-]{36})-(\d{8})\.spool$/

export const segmentName = (generation: string, index: number): string =>
  `${generation}-${String(index).padStart(DIGITS, '0')}.spool`

export const isSegmentName = (name: string): boolean => NAME.test(name)

/** A file without records. */
export function blankSegment(name: string): Segment {
  const generation = NAME.exec(name)?.[1] ?? ''
  return {
    name,
    generation,
    seed: seedOf(generation),
    length: 0,
    first: Infinity,
    last: 0,
    end: Infinity,
    waiting: 0,
    oldestAt: null,
    isRead: false,
    isKept: false,
  }
}

/** Looks through a file of an earlier process. Records up to `drained` do not count. */
export function surveySegment(name: string, bytes: Buffer, drained: number): Segment {
  const segment = blankSegment(name)
  segment.length = bytes.length
  for (const found of scanFrames(bytes, segment.seed)) {
    if (found.type === 'torn') segment.length = found.from
    if (found.type === 'record') note(segment, found.head.number, found.head.takenAt, drained)
  }
  return segment
}

/** Takes note of a record at the end of a segment. */
export function note(segment: Segment, number: number, takenAt: EpochMs, drained = 0): void {
  segment.first = Math.min(segment.first, number)
  segment.last = Math.max(segment.last, number)
  if (number <= drained) return
  segment.waiting += 1
  segment.oldestAt ??= takenAt
}
