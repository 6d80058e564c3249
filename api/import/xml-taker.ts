import type { SaxesParser } from 'saxes'
import { notXlsx } from './unzip-parts.ts'

export type Take = (piece: Uint8Array, isLast: boolean) => void

/** Reads XML that comes in pieces. A document type, which only an attack needs, is refused. */
export function xmlTaker(parser: SaxesParser): Take {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  parser.on('error', (error) => {
    throw notXlsx(error.message, error)
  })
  parser.on('doctype', () => {
    throw notXlsx('its XML has a document type')
  })
  return (piece, isLast) => {
    try {
      parser.write(decoder.decode(piece, { stream: !isLast }))
    } catch (error) {
      if (error instanceof TypeError) throw notXlsx('its XML is not UTF-8', error)
      throw error
    }
    if (isLast) parser.close()
  }
}

/** The last part of a name, as the prefix of its space may be any. */
export const local = (name: string): string => name.slice(name.indexOf(':') + 1)
