/** One setting, read from the environment variable of its name. */
export interface Setting<Value> {
  readonly name: string
  readonly type: 'integer' | 'text' | 'boolean' | 'path' | 'list'
  readonly unit?: string
  readonly default: Value
  readonly min?: number
  readonly max?: number
  /** The only texts it may have. */
  readonly oneOf?: readonly string[]
  readonly meaning: string
  /** What happens when it is set too low, too high or wrong. */
  readonly consequence?: string
  /** Its value never appears in a log, a message or a page. */
  readonly secret?: boolean
}

type Extra = Partial<Omit<Setting<never>, 'name' | 'type' | 'default' | 'meaning'>>

export const integer = (
  name: string,
  fallback: number,
  meaning: string,
  extra: Extra = {},
): Setting<number> => ({ name, type: 'integer', default: fallback, meaning, ...extra })

export const optionalInteger = (
  name: string,
  meaning: string,
  extra: Extra = {},
): Setting<number | null> => ({ name, type: 'integer', default: null, meaning, ...extra })

export const text = (
  name: string,
  fallback: string,
  meaning: string,
  extra: Extra = {},
): Setting<string> => ({ name, type: 'text', default: fallback, meaning, ...extra })

export const optionalText = (
  name: string,
  meaning: string,
  extra: Extra = {},
): Setting<string | null> => ({ name, type: 'text', default: null, meaning, ...extra })

/** One of a few texts. */
export const choice = <const Value extends string>(
  name: string,
  fallback: Value,
  oneOf: readonly Value[],
  meaning: string,
): Setting<Value> => ({ name, type: 'text', default: fallback, oneOf, meaning })

export const optionalPath = (
  name: string,
  meaning: string,
  extra: Extra = {},
): Setting<string | null> => ({ name, type: 'path', default: null, meaning, ...extra })

export const path = (
  name: string,
  fallback: string,
  meaning: string,
  extra: Extra = {},
): Setting<string> => ({ name, type: 'path', default: fallback, meaning, ...extra })

export const flag = (
  name: string,
  fallback: boolean,
  meaning: string,
  extra: Extra = {},
): Setting<boolean> => ({ name, type: 'boolean', default: fallback, meaning, ...extra })

/** Several values, separated by commas. */
export const list = (
  name: string,
  meaning: string,
  extra: Extra = {},
): Setting<readonly string[]> => ({
  name,
  type: 'list',
  default: [],
  meaning,
  ...extra,
})

export type Parsed<Value> = { readonly value: Value } | { readonly fault: string }

/** Reads the text of one setting. A fault names the setting and never its value. */
export function parseSetting<Value>(
  setting: Setting<Value>,
  raw: string | undefined,
): Parsed<Value> {
  if (raw === undefined || raw.trim() === '') return { value: setting.default }
  const given = raw.trim()
  if (setting.type === 'integer') return parseInteger(setting, given)
  if (setting.type === 'boolean') return parseBoolean(setting, given)
  if (setting.type === 'list') {
    return { value: given.split(',').map((part) => part.trim()) as Value }
  }
  if (setting.oneOf && !setting.oneOf.includes(given)) {
    return { fault: `${setting.name} must be one of ${setting.oneOf.join(', ')}` }
  }
  return { value: given as Value }
}

function parseInteger<Value>(setting: Setting<Value>, given: string): Parsed<Value> {
  if (!/^-?\d+$/.test(given)) return { fault: `${setting.name} must be a whole number` }
  const value = Number(given)
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = setting
  if (value < min || value > max) {
    return { fault: `${setting.name} must be from ${min} to ${max}` }
  }
  return { value: value as Value }
}

function parseBoolean<Value>(setting: Setting<Value>, given: string): Parsed<Value> {
  if (/^(1|true|yes|on)$/i.test(given)) return { value: true as Value }
  if (/^(0|false|no|off)$/i.test(given)) return { value: false as Value }
  return { fault: `${setting.name} must be true or false` }
}
