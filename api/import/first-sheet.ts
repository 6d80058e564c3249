import { SaxesParser } from 'saxes'
import { notXlsx, tooMuch } from './unzip-parts.ts'
import { local, type Take, xmlTaker } from './xml-taker.ts'

const BOOK = 'xl/workbook.xml'
const RELATIONS = 'xl/_rels/workbook.xml.rels'
/** More than any workbook has; each is kept while the archive is gone through. */
const LISTED_MAX = 10_000

/** Where files of an archive are compared: spreadsheets write their names as they like. */
export const sameFile = (name: string, other: string): boolean =>
  name.toLowerCase() === other.toLowerCase()

/**
 * Finds the sheet that stands first in the row of tabs. Its file may have any name: whoever moves a
 * tab to the front leaves the files as they are. Hidden sheets are passed over, and charts too.
 */
export class FirstSheet {
  /** Relations of the sheets that show, in the order of their tabs. */
  readonly #tabs: string[] = []
  /** Files of the relations that are sheets with cells. */
  readonly #sheets = new Map<string, string>()
  #hasBook = false

  /** What reads a file of the archive, where it says something about the order of the sheets. */
  takerOf(name: string): Take | undefined {
    if (sameFile(name, BOOK)) return this.#takeBook()
    return sameFile(name, RELATIONS) ? this.#takeRelations() : undefined
  }

  /** @throws Rejected `invalid-input` where the workbook names none */
  get file(): string {
    if (!this.#hasBook) throw notXlsx('it has no list of sheets')
    const tab = this.#tabs.find((id) => this.#sheets.has(id))
    const file = tab === undefined ? undefined : this.#sheets.get(tab)
    if (file === undefined) throw notXlsx('it has no sheet')
    return file
  }

  #takeBook(): Take {
    this.#hasBook = true
    const parser = new SaxesParser()
    parser.on('opentag', ({ name, attributes }) => {
      if (local(name) !== 'sheet' || (attributes['state'] ?? 'visible') !== 'visible') return
      const id = Object.keys(attributes).find((each) => each.includes(':') && local(each) === 'id')
      if (id !== undefined) this.#tabs.push(String(attributes[id]))
      if (this.#tabs.length > LISTED_MAX) throw tooMuch(`has more than ${LISTED_MAX} sheets`)
    })
    return xmlTaker(parser)
  }

  #takeRelations(): Take {
    const parser = new SaxesParser()
    parser.on('opentag', ({ name, attributes }) => {
      if (local(name) !== 'Relationship' || attributes['TargetMode'] === 'External') return
      const { Id: id, Type: type, Target: target } = attributes
      if (id === undefined || target === undefined || !type?.endsWith('/worksheet')) return
      this.#sheets.set(id, fileOf(target))
      if (this.#sheets.size > LISTED_MAX) throw tooMuch(`has more than ${LISTED_MAX} sheets`)
    })
    return xmlTaker(parser)
  }
}

/** As the archive names it: a target is beside the workbook, or begins at the top with a slash. */
function fileOf(target: string): string {
  const found = URL.parse(target, `archive://top/${BOOK}`)
  if (found === null) throw notXlsx(`a sheet is at ${target}, which is no place in it`)
  return decodeURIComponent(found.pathname).slice(1)
}
