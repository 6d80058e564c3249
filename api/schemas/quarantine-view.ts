import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { REASONS, type Reason } from '#model/rejection.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

/** A message in the quarantine, without its bytes. */
export interface QuarantineEntry {
  readonly id: string
  readonly deviceId: string
  readonly topic: string
  readonly item: number | null
  readonly payload_bytes: number
  readonly receivedAt: EpochMs
  readonly reasons: readonly Reason[]
  readonly attempts: number
  readonly resolvedAt: EpochMs | null
}

export interface QuarantineMessage extends QuarantineEntry {
  readonly payload: Uint8Array
}

const entryProperties = {
  id: Type.String(),
  deviceId: Type.String({ description: 'The authenticated sender.' }),
  topic: Type.String(),
  item: nullable(Type.Integer({ description: 'Position in the array the payload was cut from.' })),
  payload_bytes: Type.Integer(),
  receivedAt: Instant,
  reasons: Type.Array(
    Type.Object({
      code: Type.Enum(Object.keys(REASONS)),
      field: Type.Optional(Type.String()),
      detail: Type.Optional(Type.String()),
    }),
  ),
  attempts: Type.Integer({ description: 'How often it was refused.' }),
  resolvedAt: nullable(Instant),
}

export const QuarantineEntryView = Type.Object(entryProperties, { $id: 'QuarantineEntry' })
export type QuarantineEntryView = Static<typeof QuarantineEntryView>

export const QuarantineMessageView = Type.Object(
  {
    ...entryProperties,
    payload_base64: Type.String({ description: 'The exact bytes.' }),
    payload_text: nullable(Type.String({ description: 'The same as text, where it is UTF-8.' })),
  },
  { $id: 'QuarantineMessage' },
)
export type QuarantineMessageView = Static<typeof QuarantineMessageView>

export const showEntry = (entry: QuarantineEntry): QuarantineEntryView => ({
  id: entry.id,
  deviceId: entry.deviceId,
  topic: entry.topic,
  item: entry.item,
  payload_bytes: entry.payload_bytes,
  receivedAt: formatInstant(entry.receivedAt),
  reasons: entry.reasons.map((reason) => ({ ...reason })),
  attempts: entry.attempts,
  resolvedAt: showInstant(entry.resolvedAt),
})

export const showMessage = (message: QuarantineMessage): QuarantineMessageView => ({
  ...showEntry(message),
  payload_base64: Buffer.from(message.payload).toString('base64'),
  payload_text: asText(message.payload),
})

function asText(payload: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}
