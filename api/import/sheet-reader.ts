import { SaxesParser } from 'saxes'
import { notXlsx, tooMuch } from './unzip-parts.ts'
import { local, type Take, xmlTaker } from './xml-taker.ts'

/** A cell as text, and what keeps it from being one. */
export interface SheetCell {
  readonly text: string
  readonly fault: 'formula' | 'error' | 'rounded' | null
}

export interface SheetRow {
  /** As the sheet counts them, from 1. */
  readonly line: number
  readonly cells: readonly SheetCell[]
}

export const COLUMNS_MAX = 512
const TEXT_MAX_CHARACTERS = 8 * 1_024 * 1_024
/** Beyond it a spreadsheet keeps no digit of a whole number. */
const DIGITS = 15

/** Texts that cells name by their number, and phonetic hints left out. */
export function sharedTexts(into: string[]): Take {
  const parser = new SaxesParser()
  let text: string | null = null
  let isText = false
  let isHint = false
  parser.on('opentag', ({ name }) => {
    const tag = local(name)
    if (tag === 'si') text = ''
    if (tag === 'rPh') isHint = true
    if (tag === 't') isText = true
  })
  parser.on('text', (piece) => {
    if (text !== null && isText && !isHint) text = longer(text, piece)
  })
  parser.on('closetag', ({ name }) => {
    const tag = local(name)
    if (tag === 't') isText = false
    if (tag === 'rPh') isHint = false
    if (tag === 'si' && text !== null) {
      into.push(text)
      text = null
    }
  })
  return xmlTaker(parser)
}

/** The rows of a sheet, each given when it is whole. */
export function sheetRows(texts: readonly string[], give: (row: SheetRow) => void): Take {
  const parser = new SaxesParser()
  let line = 0
  let cells: SheetCell[] = []
  let column = 0
  let type = 'n'
  let text = ''
  let isFormula = false
  let isValue = false
  parser.on('opentag', ({ name, attributes }) => {
    const tag = local(name)
    if (tag === 'row') {
      line = Number(attributes['r'] ?? line + 1)
      cells = []
      column = 0
    } else if (tag === 'c') {
      column = columnOf(attributes['r']) ?? column + 1
      if (column > COLUMNS_MAX) throw tooMuch(`has more than ${COLUMNS_MAX} columns`)
      type = attributes['t'] ?? 'n'
      text = ''
      isFormula = false
    } else if (tag === 'f') isFormula = true
    else if (tag === 'v' || tag === 't') isValue = true
  })
  parser.on('text', (piece) => {
    if (isValue) text = longer(text, piece)
  })
  parser.on('closetag', ({ name }) => {
    const tag = local(name)
    if (tag === 'v' || tag === 't') isValue = false
    else if (tag === 'c') {
      while (cells.length < column - 1) cells.push({ text: '', fault: null })
      cells[column - 1] = isFormula
        ? { text: text.trim(), fault: 'formula' }
        : cellOf(type, text, texts)
    } else if (tag === 'row') give({ line, cells })
  })
  return xmlTaker(parser)
}

function longer(text: string, piece: string): string {
  if (text.length + piece.length > TEXT_MAX_CHARACTERS) throw tooMuch('has a cell that is too long')
  return text + piece
}

/** `AB12` is in column 28. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})[0-9]+$/.exec(reference ?? '')?.[1]
  if (letters === undefined) return undefined
  let column = 0
  for (let at = 0; at < letters.length; at++) column = column * 26 + letters.charCodeAt(at) - 64
  return column
}

function cellOf(type: string, text: string, texts: readonly string[]): SheetCell {
  if (type === 's') {
    const found = texts[Number(text)]
    if (found === undefined) throw notXlsx(`a cell names text ${text}, which is not there`)
    return { text: found.trim(), fault: null }
  }
  if (type === 'b') return { text: text === '1' ? 'true' : 'false', fault: null }
  if (type === 'e') return { text: text.trim(), fault: 'error' }
  if (type !== 'n' || text === '') return { text: text.trim(), fault: null }
  const number = Number(text)
  const shown = String(Number(number.toPrecision(DIGITS)))
  const isRounded = Number.isInteger(number) && Math.abs(number) >= 10 ** DIGITS
  return { text: shown, fault: isRounded ? 'rounded' : null }
}
