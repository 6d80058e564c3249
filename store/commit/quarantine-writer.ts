import { parse as uuidBytes } from 'uuid'
import type { Reason, Rejection } from '#model/rejection.ts'
import type { CopyBuffer } from './copy-buffer.ts'

/** The columns that {@link writeRejection} writes, in its order. */
export const QUARANTINE_COLUMNS = [
  'id',
  'device_id',
  'topic',
  'payload',
  'item',
  'received_at',
  'reasons',
  'reason_codes',
] as const

/** Writes a rejection as a new entry of the quarantine. */
export function writeRejection(buffer: CopyBuffer, rejection: Rejection): void {
  const reasons = JSON.stringify(storableReasons(rejection.reasons))
  const codes = rejection.reasons.map(({ code }) => code)
  const topic = storable(rejection.topic)
  const texts = rejection.deviceId.length + topic.length + reasons.length + codes.join('').length
  buffer.row(
    QUARANTINE_COLUMNS.length,
    120 + texts * 3 + codes.length * 4 + rejection.payload.length,
  )
  buffer.bytes(uuidBytes(rejection.id))
  buffer.text(storable(rejection.deviceId))
  buffer.text(topic)
  buffer.bytes(rejection.payload)
  if (rejection.item === null) buffer.none()
  else buffer.int32(rejection.item)
  buffer.timestamp(rejection.receivedAt)
  buffer.json(reasons)
  buffer.textArray(codes)
}

/** Reasons quote what was found, which may be what PostgreSQL cannot store. */
export const storableReasons = (reasons: readonly Reason[]): readonly Reason[] =>
  reasons.map((reason) => ({
    ...reason,
    ...(reason.field === undefined ? {} : { field: storable(reason.field) }),
    ...(reason.detail === undefined ? {} : { detail: storable(reason.detail) }),
  }))

/** No text has a NUL or half a surrogate pair: the quarantine must be able to take everything. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
