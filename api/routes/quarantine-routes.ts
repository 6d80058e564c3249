import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { instantParameter, readRange, type TimeRange } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import {
  type QuarantineEntry,
  QuarantineEntryView,
  type QuarantineMessage,
  QuarantineMessageView,
  showEntry,
  showMessage,
} from '#api/schemas/quarantine-view.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { DEVICE_ID_PATTERN } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Scope } from '#model/principal.ts'
import { REASONS } from '#model/rejection.ts'

/** What these routes need of the quarantine. What came of a device beyond a scope is not there. */
export interface Quarantine {
  list(
    filter: PageRequest &
      TimeRange & {
        readonly state?: 'waiting' | 'resolved' | 'all' | undefined
        readonly reason?: string | undefined
        readonly deviceId?: string | undefined
        readonly order?: 'asc' | 'desc' | undefined
        readonly scope: Scope
      },
  ): Promise<Page<QuarantineEntry>>
  /** In the order of the ids, without those that are not there. */
  some(ids: readonly string[], scope: Scope): Promise<readonly QuarantineMessage[]>
  get(id: string, scope: Scope): Promise<QuarantineMessage>
}

/**
 * Takes a message in once more; resolves when what came of it is safe. `wasEarly`: it was ahead of the
 * clock when it came, so that it counts as received now.
 */
export type Replay = (envelope: Envelope, wasEarly: boolean) => Promise<void>

const tags = ['quarantine']

const EntryParams = Type.Object({ id: Uuid })

const filterParameters = {
  reason: Type.Optional(Type.Enum(Object.keys(REASONS))),
  deviceId: Type.Optional(Type.String({ pattern: DEVICE_ID_PATTERN })),
  from: instantParameter('Received at or after.'),
  to: instantParameter('Received before.'),
}

const ReplayReport = Type.Object(
  {
    replayed: Type.Integer({ description: 'Messages that were run again.' }),
    resolved: Type.Integer({ description: 'Of these, how many passed and are stored.' }),
    refused: Type.Integer({ description: 'Of these, how many were refused again.' }),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Give it as `after` to go on; null when none is left.',
    }),
  },
  { $id: 'ReplayReport' },
)

/** Messages on their way through ingest at a time, and their bytes unless one has more. */
const AT_A_TIME = 500
const BYTES_AT_A_TIME = 4_194_304

export function quarantineRoutes(app: App, quarantine: Quarantine, replay: Replay): void {
  app.addSchema(QuarantineEntryView)
  app.addSchema(QuarantineMessageView)
  app.addSchema(ReplayReport)

  /** Runs messages again in the order given; one that passed before is let be. */
  const replaySome = async (
    ids: readonly string[],
    scope: Scope,
  ): Promise<readonly QuarantineMessage[]> => {
    const messages = await quarantine.some(ids, scope)
    const waiting = messages.filter(({ resolvedAt }) => resolvedAt === null)
    await Promise.all(waiting.map((message) => replay(envelopeOf(message), wasEarly(message))))
    return waiting.length === 0 ? messages : quarantine.some(ids, scope)
  }

  app.get('/api/v1/quarantine', {
    schema: {
      tags,
      operationId: 'listQuarantine',
      summary: 'List refused messages, the newest first',
      querystring: Type.Object(
        {
          ...pageParameters,
          ...filterParameters,
          state: Type.Enum(['waiting', 'resolved', 'all'], { default: 'waiting' }),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(QuarantineEntryView))),
    },
    handler: async (request) => {
      const { query } = request
      const filter = { ...query, ...readRange(query), scope: scopeOf(request) }
      return showPage(await quarantine.list(filter), showEntry)
    },
  })

  app.get('/api/v1/quarantine/:id', {
    schema: {
      tags,
      operationId: 'getQuarantined',
      summary: 'Show a refused message with its exact bytes',
      params: EntryParams,
      response: answers(200, refTo(QuarantineMessageView)),
    },
    handler: async (request) =>
      showMessage(await quarantine.get(request.params.id, scopeOf(request))),
  })

  app.post('/api/v1/quarantine/:id/replay', {
    schema: {
      tags,
      operationId: 'replayQuarantined',
      summary: 'Run a refused message again; `resolvedAt` tells whether it passed',
      params: EntryParams,
      response: answers(200, refTo(QuarantineMessageView)),
    },
    handler: async (request) => {
      const { id } = request.params
      const scope = scopeOf(request)
      const [message] = await replaySome([id], scope)
      return showMessage(message ?? (await quarantine.get(id, scope)))
    },
  })

  app.post('/api/v1/quarantine/replay', {
    schema: {
      tags,
      operationId: 'replayQuarantine',
      summary: 'Run waiting messages again, the oldest first',
      body: Type.Object(
        {
          ...filterParameters,
          limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 1_000 }),
          after: Type.Optional(Type.String({ maxLength: 500 })),
        },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(ReplayReport)),
    },
    handler: async (request) => {
      const scope = scopeOf(request)
      const page = await quarantine.list({
        ...request.body,
        ...readRange(request.body),
        state: 'waiting',
        order: 'asc',
        scope,
      })
      let resolved = 0
      for (const ids of portions(page.items)) {
        const after = await replaySome(ids, scope)
        resolved += after.filter(({ resolvedAt }) => resolvedAt !== null).length
      }
      const replayed = page.items.length
      return { replayed, resolved, refused: replayed - resolved, next: page.next }
    },
  })
}

/** The ids of so many at a time as fit into memory. */
function* portions(items: readonly QuarantineEntry[]): Generator<readonly string[]> {
  let ids: string[] = []
  let bytes = 0
  for (const { id, payload_bytes } of items) {
    const isFull = ids.length === AT_A_TIME || bytes + payload_bytes > BYTES_AT_A_TIME
    if (ids.length > 0 && isFull) {
      yield ids
      ids = []
      bytes = 0
    }
    ids.push(id)
    bytes += payload_bytes
  }
  if (ids.length > 0) yield ids
}

const wasEarly = ({ reasons }: QuarantineMessage): boolean =>
  reasons.some(({ code }) => code === 'time-future')

const envelopeOf = (message: QuarantineMessage): Envelope => ({
  deviceId: message.deviceId,
  topic: message.topic,
  payload: message.payload,
  qos: 1,
  receivedAt: message.receivedAt,
  replayOf: message.id,
})
