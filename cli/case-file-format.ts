import { extname } from 'node:path'

export const MEDIA_TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const
export type CaseFileFormat = keyof typeof MEDIA_TYPES

const ENDINGS: Readonly<Record<string, CaseFileFormat>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
}

/** What a file of cases is by its name, where nobody says. */
export const formatOfFile = (
  file: string,
  given: CaseFileFormat | undefined,
): CaseFileFormat | undefined => given ?? ENDINGS[extname(file).toLowerCase()]
