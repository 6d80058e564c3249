import type { Bilingual } from './text.ts'

/** What one channel of a device kind measures. `unit` is a UCUM code, `1` where there is none. */
export interface Channel {
  readonly name: string
  readonly type: 'number' | 'integer' | 'boolean'
  readonly unit: string
  /** Inclusive. Absent for booleans. */
  readonly min?: number
  readonly max?: number
  /** The step that is meaningful to show; storing keeps the exact value. */
  readonly precision?: number
  readonly title: Bilingual
}

export type ChannelValue = number | boolean

interface Span {
  readonly min: number
  readonly max: number
  readonly precision: number
}

export const quantity = (name: string, unit: string, span: Span, title: Bilingual): Channel => ({
  name,
  type: 'number',
  unit,
  ...span,
  title,
})

export const whole = (
  name: string,
  unit: string,
  span: Omit<Span, 'precision'>,
  title: Bilingual,
): Channel => ({ name, type: 'integer', unit, ...span, precision: 1, title })

export const flag = (name: string, title: Bilingual): Channel => ({
  name,
  type: 'boolean',
  unit: '1',
  title,
})
