import type { Channel } from '#model/channel.ts'
import { placeFault } from '#model/place.ts'
import type { Reason } from '#model/rejection.ts'
import { type DurationMs, formatDuration } from '#model/time.ts'
import type { Draft } from './draft.ts'
import { extraFaults } from './extra-faults.ts'
import { found, reason } from './reason.ts'

/** What a reading may be. */
export interface ReadingLimits {
  readonly maxAge: DurationMs
  readonly maxAhead: DurationMs
  readonly extraMaxBytes: number
}

type ItemCheck = (draft: Draft, limits: ReadingLimits) => readonly Reason[]

const NONE: readonly Reason[] = []

const timeFormat: ItemCheck = ({ measuredAt, measuredAtGiven }) =>
  Number.isNaN(measuredAt) ? [reason('time-format', 'measuredAt', found(measuredAtGiven))] : NONE

const timeFuture: ItemCheck = ({ measuredAt, receivedAt }, { maxAhead }) =>
  measuredAt - receivedAt > maxAhead
    ? [reason('time-future', 'measuredAt', `more than ${formatDuration(maxAhead)} ahead`)]
    : NONE

const timeTooOld: ItemCheck = ({ measuredAt, receivedAt }, { maxAge }) =>
  receivedAt - measuredAt > maxAge
    ? [reason('time-too-old', 'measuredAt', `older than ${formatDuration(maxAge)}`)]
    : NONE

const seqInvalid: ItemCheck = ({ seqGiven }) =>
  seqGiven === undefined || (Number.isSafeInteger(seqGiven) && (seqGiven as number) >= 0)
    ? NONE
    : [reason('seq-invalid', 'seq', found(seqGiven))]

const channelFaults: ItemCheck = ({ layout, given }) => {
  let faults: Reason[] | undefined
  for (let slot = 0; slot < given.length; slot++) {
    const value = given[slot]
    if (value === undefined) continue
    const isFix = slot === layout.lonSlot || slot === layout.latSlot
    const fault = channelFault(layout.channels[slot] as Channel, value, isFix)
    if (fault) (faults ??= []).push(fault)
  }
  return faults ?? NONE
}

/** A fix has no range of its own: {@link placeFaults} says more of what is wrong with it. */
function channelFault(channel: Channel, value: unknown, isFix: boolean): Reason | undefined {
  const { name, type, min = -Infinity, max = Infinity } = channel
  if (typeof value !== (type === 'boolean' ? 'boolean' : 'number')) {
    return reason('channel-type', name, `${found(value)} is no ${type}`)
  }
  if (typeof value !== 'number') return undefined
  if (!Number.isFinite(value)) return reason('channel-not-finite', name)
  if (type === 'integer' && !Number.isInteger(value)) {
    return reason('channel-type', name, `${found(value)} is no integer`)
  }
  if (isFix || (value >= min && value <= max)) return undefined
  return reason('channel-range', name, `${found(value)} is not from ${min} to ${max}`)
}

const placeFaults: ItemCheck = ({ layout, given }) => {
  const [lon, lat] = [given[layout.lonSlot], given[layout.latSlot]]
  // Of the wrong type or infinite: said already, and there is no place to judge.
  if (!isCoordinate(lon) || !isCoordinate(lat)) return NONE
  const fault = placeFault(lon, lat)
  return fault ? [reason(fault, undefined, `lon_deg ${found(lon)}, lat_deg ${found(lat)}`)] : NONE
}

const isCoordinate = (value: unknown): value is number | undefined =>
  value === undefined || Number.isFinite(value)

const unknownChannels: ItemCheck = ({ extra, messageBytes }, { extraMaxBytes }) =>
  extra === null ? NONE : extraFaults(extra, messageBytes, extraMaxBytes)

/** What is asked of every reading. All are asked, and every fault is named. */
const ITEM_CHECKS: readonly ItemCheck[] = [
  timeFormat,
  timeFuture,
  timeTooOld,
  seqInvalid,
  channelFaults,
  placeFaults,
  unknownChannels,
]

/** Everything that is wrong with a reading; empty when nothing is. */
export function itemFaults(draft: Draft, limits: ReadingLimits): readonly Reason[] {
  let faults = NONE
  for (const check of ITEM_CHECKS) {
    const found = check(draft, limits)
    if (found.length > 0) faults = [...faults, ...found]
  }
  return faults
}
