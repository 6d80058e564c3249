import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { IMPORT_PHASES, type ImportWatch } from '#api/import/import-progress.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import { Rejected } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'

/** How whoever sends a file names its import. */
export const ImportName = Type.String({
  pattern: '^[A-Za-z0-9-]{8,64}$',
  description: 'A name of your own, by which to ask how far it is.',
})

const ImportProgressView = Type.Object(
  {
    phase: Type.Enum([...IMPORT_PHASES], {
      description:
        'starting: nothing was read yet. reading: rows are checked and written. finishing: all rows were read. ended: it was answered.',
    }),
    rows: Type.Integer({ description: 'Taken from the file so far.' }),
    bytes: Type.Integer({
      description: 'Of the file so far. A workbook is read as a whole before its first row.',
    }),
    totalBytes: nullable(Type.Integer({ description: 'Null where the sender did not say.' })),
  },
  { $id: 'ImportProgress' },
)

/** Whose imports they are: nobody sees those of others. */
export const ownerOf = ({ accountId }: Principal): string => accountId ?? 'admin-token'

export function importProgressRoutes(app: App, watch: ImportWatch): void {
  app.addSchema(ImportProgressView)
  app.get('/api/v1/imports/:id', {
    schema: {
      tags: ['imports'],
      operationId: 'getImportProgress',
      summary: 'Show how far an import of your own is, while it runs and a minute after',
      params: Type.Object({ id: ImportName }),
      response: answers(200, refTo(ImportProgressView)),
    },
    handler: (request) => {
      const { id } = request.params
      const found = watch.find(ownerOf(principalOf(request)), id)
      if (!found) throw new Rejected('not-found', `no import ${id} of yours is running`)
      const { phase, rows, bytes, totalBytes } = found
      return { phase, rows, bytes, totalBytes }
    },
  })
}
