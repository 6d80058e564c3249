import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { caseChunks, type ExchangeSource } from '#api/exchange/case-chunks.ts'
import { COLUMN_KEYS, columnOf } from '#api/exchange/columns.ts'
import type { RowReading } from '#api/exchange/from-row.ts'
import { readCells, type TextRow } from '#api/exchange/read-cells.ts'
import { readCsv } from '#api/exchange/read-csv.ts'
import { readNdjson } from '#api/exchange/read-ndjson.ts'
import { csvFile, ndjsonFile } from '#api/exchange/write-file.ts'
import { type RowReaders, takeUploads, uploadedRows } from '#api/import/upload-rows.ts'
import { PROBLEM_TYPE, toProblem } from '#api/problem.ts'
import { answers, asMedia, nullable, refTo } from '#api/schemas/shared.ts'
import { isWanmiError, Rejected } from '#model/error.ts'
import { IMPORT_REASONS, REPORTED_ROWS_MAX } from '#model/import-report.ts'
import {
  type CaseImportCount,
  emptyCount,
  OUTSIDE_SYSTEM_PATTERN,
  type OutsideRow,
} from '#model/outside-case.ts'
import { COORDINATE_SYSTEMS } from '#model/place.ts'
import type { Principal } from '#model/principal.ts'
import { type Role, SUPERVISION_ROLES } from '#model/role.ts'
import type { EpochMs } from '#model/time.ts'
import type { WallClock } from '#model/wall-clock.ts'
import { caseFilters, readFilters } from './case-routes.ts'

/** What these routes need of the rest of Wanmi. */
export interface CaseExchange extends ExchangeSource {
  /** Takes a file row by row, and counts on the way what it did. */
  take(
    rows: AsyncIterable<OutsideRow>,
    options: { readonly principal: Principal; readonly dryRun: boolean },
    count: CaseImportCount,
  ): Promise<void>
  /** The system whose cases an account may hand over; null: none. */
  systemOf(accountId: string): Promise<string | null>
  /** Of the city. */
  readonly clock: WallClock
  now(): EpochMs
}

/** Whoever may have to ask back, and whoever moves the cases of a city. */
const TOLD_REPORTERS: readonly Role[] = [...SUPERVISION_ROLES, 'administrator']

const FILES = {
  csv: { type: 'text/csv; charset=utf-8; header=present', name: 'cases.csv' },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', name: 'cases.ndjson' },
} as const

const READERS: RowReaders<OutsideRow, Reading> = {
  'text/csv': (text, reading) => outsideRows(readCsv(text), reading),
  'application/x-ndjson': (text, reading) => outsideRows(readNdjson(text), reading),
  'application/jsonl': (text, reading) => outsideRows(readNdjson(text), reading),
}

/** How the rows of a file are to be understood. */
type Reading = RowReading & { readonly clock: WallClock }

const COLUMN_LIST = COLUMN_KEYS.map((key) => `${key} ${columnOf(key).title}`).join(', ')

const CaseImportReportView = Type.Object(
  {
    dryRun: Type.Boolean({ description: 'True: nothing was changed.' }),
    opened: Type.Integer({ description: 'Cases that were taken over.' }),
    updated: Type.Integer({ description: 'Cases taken over before that say something new.' }),
    unchanged: Type.Integer(),
    rejected: Type.Integer(),
    rows: Type.Array(
      Type.Object({
        line: Type.Integer({ description: 'On which the row begins, from 1.' }),
        id: nullable(Type.String({ description: 'Its number in the other system.' })),
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
  },
  { $id: 'CaseImportReport' },
)

export function caseExchangeRoutes(
  app: App,
  exchange: CaseExchange,
  { importLimitBytes }: { readonly importLimitBytes: number },
): void {
  app.addSchema(CaseImportReportView)

  app.get('/api/v1/cases/export', {
    schema: {
      tags: ['cases'],
      operationId: 'exportCases',
      summary: 'Write cases as an exchange file, the newest first',
      description: `A spreadsheet has the Chinese titles, JSON lines the names before them: ${COLUMN_LIST}.`,
      querystring: Type.Object(
        {
          format: Type.Enum(['ndjson', 'csv'], { default: 'ndjson' }),
          ...caseFilters,
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        asMedia(Type.Unsafe<Readable>({}), ['application/x-ndjson', 'text/csv']),
      ),
    },
    handler: async (request, reply) => {
      const { format, ...given } = request.query
      const principal = principalOf(request)
      const told = principal.roles.some((role) => TOLD_REPORTERS.includes(role))
      const chunks = await caseChunks(exchange, readFilters(given, principal.scope), told)
      const file = format === 'csv' ? csvFile(chunks, exchange.clock) : ndjsonFile(chunks)
      return await reply
        .type(FILES[format].type)
        .header('content-disposition', `attachment; filename="${FILES[format].name}"`)
        .send(Readable.from(file))
    },
  })

  // Only here bodies are not read ahead: the handler takes them as they arrive.
  void app.register(async (scope: App) => {
    takeUploads(scope, READERS)
    scope.post('/api/v1/cases/import', {
      schema: {
        tags: ['cases'],
        operationId: 'importCases',
        summary: 'Take over the cases of another system, and follow those taken over before',
        description:
          'Streamed. Each row is taken or refused by itself, and the same file again changes nothing. ' +
          'A file of which every row is refused is answered with a problem that carries the report. ' +
          `Columns: ${COLUMN_LIST}; others are passed over.`,
        body: asMedia(Type.Unsafe<IncomingMessage>({}), ['text/csv', 'application/x-ndjson']),
        querystring: Type.Object(
          {
            system: Type.Optional(
              Type.String({
                pattern: OUTSIDE_SYSTEM_PATTERN,
                description:
                  'The system they come from, where a row names none. An integration has its own.',
              }),
            ),
            dryRun: Type.Boolean({ default: false, description: 'Only say what would be.' }),
            coordinates: Type.Enum([...COORDINATE_SYSTEMS], { default: 'wgs84' }),
          },
          { additionalProperties: false },
        ),
        response: answers(200, refTo(CaseImportReportView)),
      },
      handler: async (request, reply) => {
        const principal = principalOf(request)
        const { system: given, dryRun, coordinates: coordinateSystem } = request.query
        const named = await systemFor(exchange, principal, given)
        const { clock } = exchange
        const format = { ...named, coordinateSystem, now: exchange.now(), clock }
        const options = { format, limitBytes: importLimitBytes }
        const rows = uploadedRows(request, reply, READERS, options)
        const count = emptyCount(dryRun)
        try {
          await exchange.take(rows, { principal, dryRun }, count)
        } catch (error) {
          return answerBroken(reply, error, count)
        }
        return answer(reply, count)
      },
    })
    return Promise.resolve()
  })
}

/** Whose cases a file has. @throws Rejected */
async function systemFor(
  exchange: CaseExchange,
  { accountId, roles }: Principal,
  given: string | undefined,
): Promise<Pick<RowReading, 'system' | 'onlySystem'>> {
  if (!roles.includes('integration')) {
    if (given !== undefined) return { system: given, onlySystem: false }
    const detail = 'system is missing: name the system that the cases come from'
    throw new Rejected('invalid-input', detail, {
      detail: { errors: [{ parameter: 'system', detail }] },
    })
  }
  const own = accountId === null ? null : await exchange.systemOf(accountId)
  if (own === null) {
    throw new Rejected('forbidden', 'the account hands over the cases of no system')
  }
  if (given !== undefined && given !== own) {
    throw new Rejected('forbidden', `the account hands over the cases of ${own} alone`)
  }
  return { system: own, onlySystem: true }
}

async function* outsideRows(
  rows: AsyncIterable<TextRow>,
  reading: Reading,
): AsyncGenerator<OutsideRow> {
  for await (const row of rows) yield readCells(row, reading, reading.clock)
}

/** A file of which nothing could be taken is a problem that carries the whole report. */
function answer(reply: FastifyReply, count: CaseImportCount): FastifyReply {
  if (count.rejected === 0 || count.opened + count.updated + count.unchanged > 0) {
    return reply.send(count)
  }
  const sentence = `nothing was taken: all of ${count.rejected} rows are refused`
  return sendProblem(reply, new Rejected('invalid-input', sentence), count)
}

/** What was taken before a file broke off stays taken, and the answer says so. */
function answerBroken(reply: FastifyReply, error: unknown, count: CaseImportCount): FastifyReply {
  const hasTaken = count.opened + count.updated + count.unchanged + count.rejected > 0
  if (!isWanmiError(error) || !hasTaken) throw error
  return sendProblem(reply, error, count)
}

function sendProblem(reply: FastifyReply, error: unknown, count: CaseImportCount): FastifyReply {
  const problem = toProblem(error)
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .send({ ...problem, ...count })
}
