import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { contentDisposition } from '#api/content-disposition.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { requireFollowing } from '#api/follow-person.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { csvLines, jsonLines, readingChunks } from '#api/reading-export.ts'
import { ReadingView, showReading } from '#api/schemas/reading-view.ts'
import { answers, asMedia, refTo } from '#api/schemas/shared.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { DeviceParams } from './device-routes.ts'

/** What these routes need of the reading tables. */
export interface ReadingHistory {
  page(
    device: Device,
    range: PageRequest & {
      readonly from?: EpochMs | undefined
      readonly to?: EpochMs | undefined
      readonly order?: 'asc' | 'desc' | undefined
      readonly channels?: readonly string[] | undefined
    },
  ): Promise<Page<StoredReading>>
  latest(device: Device): Promise<StoredReading | undefined>
}

const tags = ['readings']

const RangeQuery = Type.Object(
  {
    ...pageParameters,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000_000,
        description:
          'Most readings: 100 when absent and at most 10,000 as JSON; all when absent in a stream.',
      }),
    ),
    from: instantParameter('Measured at or after.'),
    to: instantParameter('Measured before.'),
    order: Type.Enum(['asc', 'desc'], { default: 'asc', description: 'By `measuredAt`, `seq`.' }),
    channels: Type.Optional(
      Type.String({ maxLength: 2_000, description: 'Only these, separated by commas.' }),
    ),
    format: Type.Optional(
      Type.Enum(['csv', 'ndjson'], {
        description: 'Streamed as a file to be kept, whatever is accepted: for a link.',
      }),
    ),
  },
  { additionalProperties: false },
)

const JSON_LIMIT = 100
const JSON_LIMIT_MAX = 10_000

const STREAMS = {
  'text/csv': { lines: csvLines, type: 'text/csv; charset=utf-8' },
  'application/x-ndjson': { lines: jsonLines, type: 'application/x-ndjson; charset=utf-8' },
} as const
const STREAMED = Object.keys(STREAMS)
const FILES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const

export function readingRoutes(app: App, findDevice: FindDevice, readings: ReadingHistory): void {
  app.addSchema(ReadingView)

  app.get('/api/v1/devices/:id/readings', {
    schema: {
      tags,
      operationId: 'listReadings',
      summary: 'Read the history of a device',
      description: `JSON by pages. With \`Accept: text/csv\` or \`application/x-ndjson\` the whole range is streamed.
What a terminal that a person carries has sent is told to duty officers, engineers and administrators.`,
      params: DeviceParams,
      querystring: RangeQuery,
      response: answers(
        200,
        asMedia(pageOf(refTo(ReadingView)), ['application/json', ...STREAMED]),
      ),
    },
    handler: async (request, reply) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      requireFollowing(request, device.kind)
      const { query } = request
      const channels = readChannels(device, query.channels)
      const { order, after } = query
      const range = {
        from: readInstant('from', query.from),
        to: readInstant('to', query.to),
        order,
        after,
        channels,
      }
      const format = query.format === undefined ? streamFormat(request) : FILES[query.format]
      if (format === undefined) {
        const limit = Math.min(query.limit ?? JSON_LIMIT, JSON_LIMIT_MAX)
        const page = await readings.page(device, { ...range, limit })
        return showPage(page, (reading) => showReading(device.kind, reading))
      }
      const { lines, type } = STREAMS[format]
      // The first page is read before the answer begins, so that a failure still is a problem.
      const chunks = await readingChunks(
        (part) => readings.page(device, { ...range, ...part }),
        query,
      )
      const stream = Readable.from(lines(device, channels, chunks), { objectMode: false })
      if (query.format !== undefined) {
        const name = `${device.id}.${query.format}`
        void reply.header('content-disposition', contentDisposition('attachment', name))
      }
      return reply.type(type).send(stream as never)
    },
  })

  app.get('/api/v1/devices/:id/latest', {
    schema: {
      tags,
      operationId: 'latestReading',
      summary: 'The reading of a device that was measured last',
      params: DeviceParams,
      response: answers(200, refTo(ReadingView)),
    },
    handler: async (request) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      const reading = await readings.latest(device)
      if (!reading) throw new Rejected('not-found', `the device ${device.id} has not reported yet`)
      return showReading(device.kind, reading)
    },
  })
}

/** The stream the client prefers to JSON, by its order in `Accept`. */
function streamFormat({ headers }: FastifyRequest): keyof typeof STREAMS | undefined {
  for (const part of (headers.accept ?? '').split(',')) {
    const type = part.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (type === 'application/json') return undefined
    if (type === 'text/csv' || type === 'application/x-ndjson') return type
    if (type === 'application/ndjson') return 'application/x-ndjson'
  }
  return undefined
}

function readChannels(device: Device, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const known = (findKind(device.kind)?.channels ?? []).map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return names
  const detail = `a ${device.kind} has no channel ${unknown.join(', ')}; it has ${known.join(', ')}`
  throw new Rejected('invalid-input', detail, {
    detail: { errors: [{ parameter: 'channels', detail }] },
  })
}
