import { Type } from 'typebox'
import { Rejected } from '#model/error.ts'
import { type EpochMs, epochMs, formatInstant, parseInstant } from '#model/time.ts'

/** An instant as it is shown. */
export const Instant = Type.String({ format: 'date-time' })

/** An instant in an address: RFC 3339 with a zone, or epoch milliseconds. */
export const instantParameter = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 40,
      description: `${description} RFC 3339 with a zone, or epoch milliseconds.`,
    }),
  )

export const showInstant = (at: EpochMs | null): string | null =>
  at === null ? null : formatInstant(at)

const LATEST = 8.64e15

/**
 * Reads an instant of an address. A plus sign that nobody encoded arrives as a space.
 *
 * @throws Rejected('invalid-input')
 */
export function readInstant(parameter: string, text: string | undefined): EpochMs | undefined {
  if (text === undefined) return undefined
  if (/^-?\d{1,16}$/.test(text) && Math.abs(Number(text)) <= LATEST) return epochMs(Number(text))
  const at = parseInstant(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  if (at !== undefined) return at
  const detail = `${parameter} is neither RFC 3339 with a zone nor epoch milliseconds`
  throw new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })
}

/** A span of an address: inclusive and exclusive. */
export interface TimeRange {
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

/** @throws Rejected('invalid-input') */
export const readRange = (query: {
  readonly from?: string
  readonly to?: string
}): Required<TimeRange> => ({
  from: readInstant('from', query.from),
  to: readInstant('to', query.to),
})
