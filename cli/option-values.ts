import { InvalidArgumentError } from 'commander'
import { type DurationMs, parseDuration } from '#model/time.ts'

/** Parsers of option values; what they throw, commander shows beside the name of the option. */

export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }

export const positiveNumber = (text: string): number => {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}

export const duration = (text: string): DurationMs => {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InvalidArgumentError('It must be a span such as 30s, 5m or 1.5h.')
}
