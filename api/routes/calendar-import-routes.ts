import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { csvRows } from '#api/import/csv-rows.ts'
import type { ImportFormat, ImportRow } from '#api/import/import-format.ts'
import { jsonRows } from '#api/import/json-rows.ts'
import { takeUploads, uploadedRows } from '#api/import/upload-rows.ts'
import { PROBLEM_TYPE, toProblem } from '#api/problem.ts'
import { CalendarImportView } from '#api/schemas/calendar-view.ts'
import { answers, asMedia, refTo } from '#api/schemas/shared.ts'
import type { CalendarImportReport } from '#model/calendar-import.ts'
import { LAST_CALENDAR_YEAR, WorkDaySchema } from '#model/city-calendar.ts'
import { Rejected } from '#model/error.ts'
import { ownValue } from '#model/own-value.ts'

/** What this route needs of the calendar of the city. */
export interface CalendarImports {
  importDays(
    rows: AsyncIterable<ImportRow>,
    order: {
      readonly dryRun: boolean
      readonly replace: boolean
      readonly knownUntilYear: number | undefined
    },
    author: string,
  ): Promise<CalendarImportReport>
}

const READERS = { 'text/csv': csvRows, 'application/json': jsonRows }
const FORMAT: ImportFormat = { schema: WorkDaySchema, id: 'date', geometry: 'shape' }

/** As wall calendars in China mark their days. */
const MARKS: Readonly<Record<string, string>> = { 休: 'holiday', 班: 'make-up' }

export function calendarImportRoutes(
  app: App,
  calendar: CalendarImports,
  { importLimitBytes: limitBytes }: { readonly importLimitBytes: number },
): void {
  app.addSchema(CalendarImportView)
  void app.register(async (scope: App) => {
    takeUploads(scope, READERS)
    scope.post('/api/v1/work-calendar/import', {
      schema: {
        tags: ['work calendar'],
        operationId: 'importWorkCalendar',
        summary: 'Declare many days off or worked at once, from CSV or JSON',
        description: `All or nothing. A CSV has the columns date, type, name; JSON is an array of
objects with these. \`2027/2/6\` is read as a date as well, and 休 and 班 as types. A file of which a row
is refused is answered with a problem document that carries the same report.`,
        body: asMedia(Type.Unsafe<IncomingMessage>({}), Object.keys(READERS)),
        querystring: Type.Object(
          {
            dryRun: Type.Boolean({
              default: false,
              description: 'Only tell what would be done; nothing is kept.',
            }),
            replace: Type.Boolean({
              default: false,
              description:
                'Take back what the city declared of the years in the file and the file leaves out.',
            }),
            knownUntil: Type.Optional(
              Type.Integer({
                minimum: 1970,
                maximum: LAST_CALENDAR_YEAR,
                description: 'The last year whose holidays are then all there.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: answers(200, refTo(CalendarImportView)),
      },
      handler: async (request, reply) => {
        const { dryRun, replace, knownUntil } = request.query
        const rows = uploadedRows(request, reply, READERS, { format: FORMAT, limitBytes })
        const order = { dryRun, replace, knownUntilYear: knownUntil }
        const report = await calendar.importDays(tidied(rows), order, principalOf(request).name)
        return answer(reply, report, dryRun)
      },
    })
    return Promise.resolve()
  })
}

/** A file that was not kept is a problem that carries the whole report. */
function answer(reply: FastifyReply, report: CalendarImportReport, dryRun: boolean): FastifyReply {
  if (report.committed || dryRun) return reply.send(report)
  const count = report.rejected + report.accepted
  const sentence = `nothing was imported: ${report.rejected} of ${count} rows are refused`
  const problem = toProblem(new Rejected('invalid-input', sentence))
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .send({ ...problem, ...report })
}

/** Dates as spreadsheets write them, and types as wall calendars do, in the words of the calendar. */
async function* tidied(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportRow> {
  for await (const row of rows) {
    const { date, type } = row.value
    const parts = typeof date === 'string' ? /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(date) : null
    yield {
      ...row,
      value: {
        ...row.value,
        ...(parts ? { date: parts.slice(1).map(twoDigits).join('-') } : {}),
        ...(typeof type === 'string' ? { type: ownValue(MARKS, type) ?? type } : {}),
      },
    }
  }
}

const twoDigits = (part: string): string => part.padStart(2, '0')
