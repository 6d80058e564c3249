import { Rejected } from '#model/error.ts'
import type { ImportReport } from '#model/import-report.ts'
import { askService, type ServiceAddress } from './service-client.ts'

export interface ImportFile {
  readonly what: 'grids' | 'lines' | 'parts' | 'devices'
  readonly contentType: 'text/csv' | 'application/geo+json'
  readonly body: string
}

/**
 * Imports a file into the registry, all of it or nothing.
 *
 * @throws Rejected('invalid-input') with the first reasons when rows are refused; the errors of
 *   {@link askService} otherwise.
 */
export async function importFile(
  service: ServiceAddress,
  { what, contentType, body }: ImportFile,
  signal?: AbortSignal,
): Promise<ImportReport> {
  const path = `/api/v1/imports/${what}`
  try {
    const request = { method: 'POST', path, contentType, body } as const
    return (await askService(service, signal ? { ...request, signal } : request)) as ImportReport
  } catch (error) {
    throw (error instanceof Rejected && refusedRows(what, error)) || error
  }
}

const ROWS_SHOWN = 3

/** The problem of a file that was not kept carries the report on its rows. */
function refusedRows(what: string, error: Rejected): Rejected | undefined {
  const { rows, rejected } = error.detail['problem'] as Partial<ImportReport>
  if (!rows) return undefined
  const words = rows.slice(0, ROWS_SHOWN).map(({ line, id, reasons }) => {
    return `line ${line} (${id ?? 'no id'}): ${reasons.map(({ detail }) => detail).join(', ')}`
  })
  const message = `${rejected} ${what} were refused by the registry: ${words.join('; ')}`
  return new Rejected('invalid-input', message, { cause: error })
}
