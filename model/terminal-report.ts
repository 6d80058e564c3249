import { Type } from 'typebox'
import { PART_ID_PATTERN } from './part.ts'
import { type CoordinateSystem, type Place, placeFault, toWgs84 } from './place.ts'
import type { Reason } from './rejection.ts'
import { type SchemaFault, schemaCheck } from './schema-fault.ts'
import { isStorable } from './storable.ts'
import { type DurationMs, type EpochMs, epochMs, formatDuration, parseInstant } from './time.ts'
import { UUID_PATTERN } from './uuid.ts'
import { withoutNulls } from './without-nulls.ts'

/** Ids of attachments that were uploaded before. */
export const PhotoIds = Type.Array(Type.String({ pattern: UUID_PATTERN }), {
  maxItems: 9,
  uniqueItems: true,
  description: 'Ids of photos that the terminal has uploaded before.',
})

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))

/** The ids as they are stored, each once. */
export const photoIds = (given: readonly string[] = []): readonly string[] => [
  ...new Set(given.map((id) => id.toLowerCase())),
]

/** What an inspector's terminal publishes on `wanmi/v1/{device}/report`. */
export const TerminalReportMessage = Type.Object(
  {
    id: Type.String({
      pattern: UUID_PATTERN,
      description: 'Made by the terminal for this report; a repeat of it changes nothing.',
    }),
    kind: Type.Enum(['part', 'event'], { description: 'Of a part, or of something that happens.' }),
    class: Type.Optional(
      Type.String({ pattern: '^[0-9]{4}$', description: 'Major and minor, two digits each.' }),
    ),
    condition: text(64, 'The filing condition, as it is named in the list of conditions.'),
    partId: Type.Optional(Type.String({ pattern: PART_ID_PATTERN })),
    lon_deg: Type.Optional(
      Type.Number({ description: 'In the coordinate system of the terminal.' }),
    ),
    lat_deg: Type.Optional(Type.Number()),
    address: text(300, 'Words for the spot.'),
    text: Type.Optional(
      Type.String({
        maxLength: 2_000,
        pattern: '\\S',
        description: 'What is wrong, in the words of the inspector.',
      }),
    ),
    photos: Type.Optional(PhotoIds),
    observedAt: Type.Optional(
      Type.Unknown({
        description: 'When it was seen: RFC 3339 with a zone, or epoch milliseconds. Absent: now.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TerminalReportMessage = Type.Static<typeof TerminalReportMessage>

/** What an inspector has found wrong, as it is believed. */
export interface TerminalReport {
  /** UUID in small letters, made by the terminal: unique among its own reports only. */
  readonly id: string
  readonly kind: 'part' | 'event'
  readonly class: string | null
  readonly condition: string | null
  readonly partId: string | null
  /** WGS-84. */
  readonly place: Place | null
  readonly address: string | null
  readonly text: string | null
  /** Ids of attachments, in small letters. */
  readonly photos: readonly string[]
  readonly observedAt: EpochMs
}

/** What is known of the message beside what it says. */
export interface ReportContext {
  readonly coordinateSystem: CoordinateSystem
  readonly receivedAt: EpochMs
  readonly maxAge: DurationMs
  readonly maxAhead: DurationMs
}

const faultsOf = schemaCheck(TerminalReportMessage)

/**
 * Reads a report, whose place is brought to WGS-84 here and nowhere else; or every reason why it is
 * none.
 */
export function readTerminalReport(
  value: unknown,
  context: ReportContext,
): { readonly report: TerminalReport } | { readonly reasons: readonly Reason[] } {
  const given = withoutNulls(value)
  const faults = faultsOf(given)
  if (faults.length > 0) return { reasons: faults.map(formReason) }
  if (!isStorable(given)) return { reasons: [{ code: 'text-not-storable' }] }
  const message = given as TerminalReportMessage
  const observedAt = instantOf(message.observedAt, context.receivedAt)
  const reasons = [
    ...placeReasons(message),
    ...timeReasons(observedAt, context),
    ...emptyReasons(message),
  ]
  if (reasons.length > 0 || observedAt === undefined) return { reasons }
  return {
    report: {
      id: message.id.toLowerCase(),
      kind: message.kind,
      class: message.class ?? null,
      condition: message.condition ?? null,
      partId: message.partId ?? null,
      place: placeOf(message, context.coordinateSystem),
      address: message.address ?? null,
      text: message.text ?? null,
      photos: photoIds(message.photos),
      observedAt,
    },
  }
}

const DETAIL_MAX = 200

const formReason = ({ field, detail }: SchemaFault): Reason => ({
  code: 'report-format',
  ...(field === '' ? {} : { field: field.slice(0, DETAIL_MAX).toWellFormed() }),
  detail: detail.slice(0, DETAIL_MAX).toWellFormed(),
})

function placeReasons({ lon_deg, lat_deg }: TerminalReportMessage): readonly Reason[] {
  const fault = placeFault(lon_deg, lat_deg)
  return fault ? [{ code: fault, detail: `lon_deg ${lon_deg}, lat_deg ${lat_deg}` }] : []
}

function placeOf(
  { lon_deg, lat_deg }: TerminalReportMessage,
  coordinateSystem: CoordinateSystem,
): Place | null {
  if (lon_deg === undefined || lat_deg === undefined) return null
  return toWgs84({ lon_deg, lat_deg }, coordinateSystem)
}

// The years a Date can hold; beyond them no format names the instant.
const INSTANT_MAX = 8_640_000_000_000_000

function instantOf(given: unknown, receivedAt: EpochMs): EpochMs | undefined {
  if (given === undefined) return receivedAt
  if (typeof given === 'string') return parseInstant(given)
  const isInstant = typeof given === 'number' && Math.abs(given) <= INSTANT_MAX
  return isInstant ? epochMs(Math.floor(given)) : undefined
}

function timeReasons(
  observedAt: EpochMs | undefined,
  { receivedAt, maxAge, maxAhead }: ReportContext,
): readonly Reason[] {
  const field = 'observedAt'
  if (observedAt === undefined) return [{ code: 'time-format', field }]
  if (observedAt - receivedAt > maxAhead) {
    return [{ code: 'time-future', field, detail: `more than ${formatDuration(maxAhead)} ahead` }]
  }
  if (receivedAt - observedAt > maxAge) {
    return [{ code: 'time-too-old', field, detail: `older than ${formatDuration(maxAge)}` }]
  }
  return []
}

/** Nobody can go and look at what is said to be wrong nowhere, or is not said to be anything. */
function emptyReasons(message: TerminalReportMessage): readonly Reason[] {
  const { class: caseClass, text: words, photos = [], partId, lon_deg, address } = message
  const says = caseClass !== undefined || words !== undefined || photos.length > 0
  const isSomewhere = partId !== undefined || lon_deg !== undefined || address !== undefined
  const missing = [
    ...(says ? [] : ['what is wrong: a class, a text or a photo']),
    ...(isSomewhere ? [] : ['where: a place, an address or a part']),
  ]
  return missing.map((what) => ({ code: 'report-format', detail: `it does not say ${what}` }))
}
