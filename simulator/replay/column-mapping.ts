import type { Channel, ChannelValue } from '#model/channel.ts'
import { Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { cell, type Row } from './row.ts'
import { AS_IS, type Conversion, conversion } from './unit-conversion.ts'

/** Which column is which channel, and how its numbers become those of the channel. */
export interface ColumnMapping {
  readonly column: string
  /** The column by another name it may have: `level[cm]`, where the unit is in the header too. */
  readonly otherwise: string | null
  readonly channel: Channel
  readonly conversion: Conversion
}

const NUMBER = '\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?'
/**
 * `water_height_mm=level_mm*1000`, `f=temperature_celsius*0.5556-17.78`, `level[cm]=level_mm`. A
 * column may have any name, also with `=` or brackets in it; the last brackets hold the unit.
 */
const MAPPING = new RegExp(
  `^(?<column>.+?)(?:\\[(?<unit>(?:\\[[^\\][]*\\]|[^\\][])+)\\])?` +
    `=(?<channel>[a-z0-9_]+)(?:\\*(?<factor>-?${NUMBER}))?(?<offset>[+-]${NUMBER})?$`,
  'i',
)
const FORMS = 'column=channel, column=channel*factor+offset or column[unit]=channel'

/**
 * Reads `column=channel`, `column=channel*factor`, `column=channel*factor+offset` or
 * `column[unit]=channel`.
 *
 * @throws Rejected('invalid-input') when the text is none of these, the kind has no such channel,
 *   or the unit cannot become the channel's.
 */
export function parseMapping(text: string, kind: DeviceKind): ColumnMapping {
  const { column, unit, channel: name, factor, offset } = MAPPING.exec(text)?.groups ?? {}
  if (!column || !name) throw new Rejected('invalid-input', `not ${FORMS}: ${text}`)
  const channel = kind.channels.find((candidate) => candidate.name === name)
  if (!channel) throw new Rejected('invalid-input', unknownChannel(kind, name))
  const given = { factor: Number(factor ?? 1), offset: Number(offset ?? 0) }
  const converted = given.factor !== 1 || given.offset !== 0
  if (channel.type === 'boolean' && (converted || unit !== undefined)) {
    throw new Rejected('invalid-input', `${name} is true or false and takes no factor and no unit`)
  }
  if (unit !== undefined && converted) {
    throw new Rejected('invalid-input', `a unit and a factor exclude each other: ${text}`)
  }
  return {
    column: column.trim(),
    otherwise: unit === undefined ? null : `${column}[${unit}]`.trim(),
    channel,
    conversion: unit === undefined ? given : conversion(unit, channel.unit),
  }
}

/** A column that has the name of its channel, and its unit. */
export const mappingByName = (channel: Channel): ColumnMapping => ({
  column: channel.name,
  otherwise: null,
  channel,
  conversion: AS_IS,
})

const unknownChannel = (kind: DeviceKind, name: string): string => {
  const names = kind.channels.map((candidate) => candidate.name).join(', ')
  return `a ${kind.name} has no channel ${name}; it has ${names}`
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
  for (const { column, otherwise, channel, conversion } of mappings) {
    const text = cell(row, column) ?? (otherwise === null ? undefined : cell(row, otherwise))
    if (text === undefined || NOTHING.test(text)) continue
    const value = channel.type === 'boolean' ? truthOf(text) : converted(text, conversion, channel)
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

function converted(
  text: string,
  { factor, offset }: Conversion,
  channel: Channel,
): number | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  if (factor === 1 && offset === 0)
    return channel.type === 'integer' && !Number.isInteger(value) ? undefined : value
  const product = value * factor
  if (channel.type === 'integer') return Math.round(product + offset)
  // 0.07 m are 70 mm, not 70.00000000000001: a result has no more digits than what it is made of.
  const digits = Math.ceil(Math.log10(Math.max(Math.abs(product), Math.abs(offset))))
  return Number((product + offset).toFixed(Math.min(100, Math.max(0, DIGITS - digits))))
}

const DIGITS = 12
