import { InvalidArgumentError } from 'commander'
import type { ParamValue } from '#model/rule.ts'

export type ParamValues = Readonly<Record<string, ParamValue>>

/**
 * One `--set name=value` on top of those before it: a number where it reads as one, else a text.
 *
 * @throws InvalidArgumentError, which commander shows beside the option
 */
export function paramOption(text: string, before: ParamValues = {}): ParamValues {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be name=value, such as angle_deg=10.')
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return { ...before, [name]: Number.isFinite(number) ? number : value }
}
