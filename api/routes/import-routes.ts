import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'
import { type TObject, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { scopeOf } from '#api/guard.ts'
import { csvRows } from '#api/import/csv-rows.ts'
import { geojsonRows } from '#api/import/geojson-rows.ts'
import type { ImportFormat, ImportRow } from '#api/import/import-format.ts'
import { ImportWatch } from '#api/import/import-progress.ts'
import { takeUploads, uploadedRows } from '#api/import/upload-rows.ts'
import { XLSX_TYPE, xlsxRows } from '#api/import/xlsx-rows.ts'
import { PROBLEM_TYPE, toProblem } from '#api/problem.ts'
import { answers, asMedia, nullable, refTo } from '#api/schemas/shared.ts'
import { AreaSchema } from '#model/area.ts'
import { CityLine } from '#model/city-line.ts'
import { NewDevice } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import {
  IMPORT_REASONS,
  type ImportReport,
  type ImportWay,
  REPORTED_ROWS_MAX,
} from '#model/import-report.ts'
import { Part } from '#model/part.ts'
import type { Scope } from '#model/principal.ts'
import { UnitGrid } from '#model/unit-grid.ts'
import { ImportName, importProgressRoutes, ownerOf } from './import-progress-routes.ts'

type Import = (
  rows: AsyncIterable<ImportRow>,
  way: ImportWay,
  scope: Scope,
) => Promise<ImportReport>

/**
 * What these routes need of the registry: each takes a whole file, row by row. A row about what lies
 * beyond the scope is refused.
 */
export interface Imports {
  readonly devices: Import
  readonly parts: Import
  readonly grids: Import
  readonly areas: Import
  readonly lines: Import
}

const FORMATS: Readonly<Record<keyof Imports, ImportFormat>> = {
  devices: { schema: NewDevice, id: 'id', geometry: 'place' },
  parts: { schema: Part, id: 'id', geometry: 'place' },
  grids: { schema: UnitGrid, id: 'code', geometry: 'shape' },
  areas: { schema: AreaSchema, id: 'id', geometry: 'shape' },
  lines: { schema: CityLine, id: 'id', geometry: 'shape' },
}

const READERS = {
  'text/csv': csvRows,
  'application/geo+json': geojsonRows,
  'application/json': geojsonRows,
} as const
const BYTE_READERS = { [XLSX_TYPE]: xlsxRows }

const ImportReportView = Type.Object(
  {
    committed: Type.Boolean({ description: 'Whether anything was kept.' }),
    accepted: Type.Integer({ description: 'Rows without fault.' }),
    rejected: Type.Integer(),
    rows: Type.Array(
      Type.Object({
        line: Type.Integer({ description: 'On which the row begins, from 1.' }),
        id: nullable(Type.String()),
        reasons: Type.Array(
          Type.Object({
            code: Type.Enum(Object.keys(IMPORT_REASONS)),
            field: Type.Optional(Type.String()),
            detail: Type.String(),
          }),
        ),
      }),
      { description: `The refused rows, at most ${REPORTED_ROWS_MAX}.` },
    ),
    secrets: Type.Array(Type.Object({ id: Type.String(), secret: Type.String() }), {
      description: 'Generated for new devices whose row gave none; shown here and never again.',
    }),
  },
  { $id: 'ImportReport' },
)

const SUMMARIES = {
  devices: 'Import devices from CSV, XLSX or GeoJSON points',
  parts: 'Import parts from CSV, XLSX or GeoJSON points',
  grids: 'Import unit grids from GeoJSON polygons, or CSV or XLSX with a geometry column',
  areas: 'Import areas from GeoJSON polygons and lines, or CSV or XLSX with a geometry column',
  lines: 'Import streets and pipes from GeoJSON lines, or CSV or XLSX with a geometry column',
} as const

export function importRoutes(
  app: App,
  imports: Imports,
  { importLimitBytes }: { readonly importLimitBytes: number },
): void {
  app.addSchema(ImportReportView)
  const watch = new ImportWatch()
  importProgressRoutes(app, watch)
  void app.register(async (scope: App) => {
    takeUploads(scope, { ...READERS, ...BYTE_READERS })
    for (const name of ['devices', 'parts', 'grids', 'areas', 'lines'] as const) {
      scope.post(`/api/v1/imports/${name}`, {
        schema: {
          tags: ['imports'],
          operationId: `import${name[0]?.toUpperCase()}${name.slice(1)}`,
          summary: SUMMARIES[name],
          description: descriptionOf(FORMATS[name]),
          body: asMedia(Type.Unsafe<IncomingMessage>({}), [
            'text/csv',
            XLSX_TYPE,
            'application/geo+json',
          ]),
          querystring: Type.Object(
            {
              partial: Type.Boolean({
                default: false,
                description: 'Keep the rows without fault when others are refused.',
              }),
              dryRun: Type.Boolean({
                default: false,
                description: 'Keep nothing: only report which rows would be refused.',
              }),
              name: Type.Optional(ImportName),
            },
            { additionalProperties: false },
          ),
          response: answers(200, refTo(ImportReportView)),
        },
        handler: async (request, reply) => {
          const { partial, dryRun, name: own } = request.query
          const length = request.headers['content-length']
          const bytes = length === undefined ? null : Number(length)
          const count = own && watch.begin(ownerOf(principalOf(request)), own, bytes)
          try {
            const rows = uploadedRows(request, reply, READERS, {
              format: FORMATS[name],
              limitBytes: importLimitBytes,
              byteReaders: BYTE_READERS,
              ...(count && { onPiece: count.addBytes }),
            })
            const way = dryRun ? 'check' : partial ? 'partial' : 'whole'
            const counted = count ? count.rows(rows) : rows
            return answer(reply, await imports[name](counted, way, scopeOf(request)), dryRun)
          } finally {
            if (count) count.end()
          }
        },
      })
    }
    return Promise.resolve()
  })
}

const ATTRIBUTES =
  ' Attributes are an object in GeoJSON and columns `attr.NAME` in a CSV, where true and false are ' +
  'booleans, what JSON would read as a number of at most 15 digits is one, and all else is text.'

const descriptionOf = ({ schema }: { readonly schema: TObject }): string =>
  `Streamed, and all or nothing unless \`partial\`, and nothing at all with \`dryRun\`. Properties, which are the columns of a CSV: ${Object.keys(
    schema.properties,
  ).join(
    ', ',
  )}.${'attributes' in schema.properties ? ATTRIBUTES : ''} What is in the registry already is changed; what a row leaves out stays. A file
of which a row is refused is answered with a problem document that carries the same report.`

/** A file that was not kept is a problem that carries the whole report. */
function answer(reply: FastifyReply, report: ImportReport, isDryRun: boolean): FastifyReply {
  if (report.committed || isDryRun) return reply.send(report)
  const refusal = new Rejected(
    'invalid-input',
    `nothing was imported: ${report.rejected} of ${report.rejected + report.accepted} rows are refused`,
  )
  const problem = toProblem(refusal)
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .send({ ...problem, ...report })
}
