import type { ImportReasonCode } from '#model/import-report.ts'
import { ownValue } from '#model/own-value.ts'
import type { Bilingual } from '#model/text.ts'
import { type EpochMs, epochMs, formatInstant, parseInstant } from '#model/time.ts'
import type { WallClock } from '#model/wall-clock.ts'

/** What a cell is read into, or what is wrong with it. */
export type ReadCell<Value> =
  | { readonly value: Value }
  | { readonly code: ImportReasonCode; readonly detail: string }

/** How the values of a column are written in both formats, and read from either. */
export interface CellType<Value> {
  /** In words, for whoever fills it in. */
  readonly takes: string
  /** In JSON lines. */
  json(value: Value): string | number | boolean | readonly string[]
  /** In a spreadsheet. */
  cell(value: Value, clock: WallClock): string
  /** Of a text that is not empty, of either format. */
  read(text: string, clock: WallClock): ReadCell<Value>
}

const bad = (detail: string): { code: ImportReasonCode; detail: string } => ({
  code: 'bad-value',
  detail,
})

/** Line ends are those of a spreadsheet, blanks around it none. */
export const tidyText = (text: string): string => text.replaceAll(/\r\n?/g, '\n').trim()

export const textType = (maxLength: number): CellType<string> => ({
  takes: `text, at most ${maxLength} characters`,
  json: tidyText,
  cell: tidyText,
  read(text) {
    const value = tidyText(text)
    if (value.length > maxLength) return bad(`must have at most ${maxLength} characters`)
    return { value }
  },
})

const ROUNDED = /^\d(?:\.\d+)?[eE]\+?\d+$/

/** Digits and what else identifies something. Spreadsheets like to make numbers of them. */
export const codeType = (pattern: RegExp, what: string, digits = 0): CellType<string> => ({
  takes: what,
  json: (value) => value,
  cell: (value) => value,
  read(text) {
    const value = text.trim().padStart(digits, '0')
    if (ROUNDED.test(value)) {
      return { code: 'spreadsheet-number', detail: `was rounded by a spreadsheet: ${value}` }
    }
    return pattern.test(value) ? { value } : bad(`must be ${what}`)
  },
})

/** To the second: what spreadsheets show of an instant is all there is. */
export const wholeSecond = (at: EpochMs): EpochMs => epochMs(Math.floor(at / 1_000) * 1_000)

export const instantType: CellType<EpochMs> = {
  takes: 'time',
  json: (at) => formatInstant(at).replace('.000Z', 'Z'),
  cell: (at, clock) => clock.format(at),
  read(text, clock) {
    const at = parseInstant(text.trim()) ?? clock.parse(text)
    return at === undefined
      ? bad('must be a time such as 2026-11-23 16:00:00')
      : { value: wholeSecond(at) }
  },
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  是: true,
  有: true,
  false: false,
  no: false,
  0: false,
  否: false,
  无: false,
}

export const flagType: CellType<boolean> = {
  takes: '是 or 否',
  json: (value) => value,
  cell: (value) => (value ? '是' : '否'),
  read(text) {
    const value = ownValue(FLAGS, text.trim().toLowerCase())
    return value === undefined ? bad('must be 是 or 否') : { value }
  },
}

export const countType: CellType<number> = {
  takes: 'whole number',
  json: (value) => value,
  cell: String,
  read: (text) =>
    /^\d{1,6}$/.test(text.trim()) ? { value: Number(text) } : bad('must be a whole number'),
}

export const degreesType: CellType<number> = {
  takes: 'degrees',
  json: (value) => value,
  cell: String,
  read(text) {
    const value = Number(text)
    return Number.isFinite(value) ? { value } : bad('must be a number of degrees')
  },
}

/** One of a closed set, by its Chinese name, its code, or another name that is in use for it. */
export function nameType<Code extends string>(
  titles: Readonly<Record<Code, Bilingual>>,
  others: Readonly<Record<string, Code>> = {},
): CellType<Code> {
  const codes = Object.keys(titles) as Code[]
  const known = new Map<string, Code>([
    ...Object.entries(others),
    ...codes.flatMap((code): [string, Code][] => [
      [code, code],
      [titles[code].zh, code],
    ]),
  ])
  return {
    takes: codes.map((code) => `${titles[code].zh} \`${code}\``).join(', '),
    json: (code) => code,
    cell: (code) => titles[code].zh,
    read(text) {
      const value = known.get(text.trim()) ?? known.get(text.trim().toLowerCase())
      if (value !== undefined) return { value }
      const names = codes.map((code) => titles[code].zh).join(', ')
      return { code: 'unknown-name', detail: `${text.trim()} is none of ${names}` }
    },
  }
}

const SEPARATOR = '、'

/** Several of a closed set, in one cell. */
export function namesType<Code extends string>(one: CellType<Code>): CellType<readonly Code[]> {
  return {
    takes: `several of ${one.takes}`,
    json: (codes) => codes,
    cell: (codes, clock) => codes.map((code) => one.cell(code, clock)).join(SEPARATOR),
    read(text, clock) {
      const read = text.split(/[、,;]/).map((part) => one.read(part, clock))
      const fault = read.find((each) => 'code' in each)
      if (fault) return fault
      return { value: read.flatMap((each) => ('value' in each ? [each.value] : [])) }
    },
  }
}
