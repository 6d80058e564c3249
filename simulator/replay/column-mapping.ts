import type { Channel, ChannelValue } from '#model/channel.ts'
import { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { cell, type Row } from './row.ts'

/** Which column is which channel, and what one unit of the column is in units of the channel. */
export interface ColumnMapping {
  readonly column: string
  readonly channel: Channel
  readonly factor: number
}

/** `water_height_mm=level_mm*1000`. A column may have any name, also with `=` in it. */
const MAPPING = /^(.+)=([a-z0-9_]+)(?:\*(-?\d+(?:\.\d+)?(?:e-?\d+)?))?$/i

/**
 * Reads `column=channel` or `column=channel*factor`.
 *
 * @throws Rejected('invalid-input') when the text is neither or the kind has no such channel.
 */
export function parseMapping(text: string, kind: DeviceKind): ColumnMapping {
  const [, column, name, factor = '1'] = MAPPING.exec(text) ?? []
  if (!column || !name) {
    throw new Rejected('invalid-input', `not column=channel or column=channel*factor: ${text}`)
  }
  const channel = kind.channels.find((candidate) => candidate.name === name)
  if (!channel) {
    const names = kind.channels.map((candidate) => candidate.name).join(', ')
    throw new Rejected('invalid-input', `a ${kind.name} has no channel ${name}; it has ${names}`)
  }
  if (channel.type === 'boolean' && Number(factor) !== 1) {
    throw new Rejected('invalid-input', `${name} is true or false and takes no factor`)
  }
  return { column: column.trim(), channel, factor: Number(factor) }
}

export type Mapped =
  | { readonly values: Readonly<Record<string, ChannelValue>> }
  /** Why the row cannot be used. */
  | { readonly fault: string }

/** How recordings write that there is no value. */
const NOTHING = /^(?:null|nan|n\/a|na|-|--)$/i

/** The channels of one row. A row of which one cell cannot be read is not half used. */
export function mapRow(row: Row, mappings: readonly ColumnMapping[]): Mapped {
  const values: Record<string, ChannelValue> = {}
  let some = false
  for (const { column, channel, factor } of mappings) {
    const text = cell(row, column)
    if (text === undefined || NOTHING.test(text)) continue
    const value = channel.type === 'boolean' ? truthOf(text) : scaled(text, factor, channel)
    if (value === undefined) return { fault: `${column} is not ${WANTED[channel.type]}` }
    values[channel.name] = value
    some = true
  }
  return some ? { values } : { fault: 'no value' }
}

const WANTED = { boolean: 'true or false', integer: 'a whole number', number: 'a number' } as const

const TRUE = /^(?:true|t|yes|y|on|1)$/i
const FALSE = /^(?:false|f|no|n|off|0)$/i

const truthOf = (text: string): boolean | undefined => {
  if (TRUE.test(text)) return true
  return FALSE.test(text) ? false : undefined
}

function scaled(text: string, factor: number, channel: Channel): number | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  if (factor === 1)
    return channel.type === 'integer' && !Number.isInteger(value) ? undefined : value
  const product = value * factor
  // 0.07 m are 70 mm, not 70.00000000000001: a product has no more digits than its factors.
  return channel.type === 'integer' ? Math.round(product) : Number(product.toPrecision(12))
}
