import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { scopeOf } from '#api/guard.ts'
import { Instant, showInstant } from '#api/instant.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { EpochMs } from '#model/time.ts'
import { DeviceParams } from './device-routes.ts'

/** What these routes need of whoever holds the connections. */
export interface Connections {
  /** Of a device that is connected now. */
  connectionOf(deviceId: string):
    | {
        readonly id: string
        readonly listener: string
        readonly address: string
        /** RFC 3339. */
        readonly connectedAt: string
        /** Messages that wait for their commit. */
        readonly inFlight: number
      }
    | undefined
  /** The last ones, newest first. */
  takeovers(): readonly {
    readonly deviceId: string
    readonly at: EpochMs
    readonly fromAddress: string
    readonly toAddress: string
  }[]
  /** Whom the guards of the broker hold back, or held back of late, newest first. */
  nuisances(): readonly {
    readonly guard: string
    readonly addresses: readonly string[]
    readonly deviceId: string | null
    readonly firstAt: EpochMs
    readonly lastAt: EpochMs
    readonly count: number
  }[]
}

const tags = ['connections']

const ConnectionState = Type.Object({
  connected: Type.Boolean(),
  id: nullable(Type.String({ description: 'By which the log knows the connection.' })),
  listener: nullable(Type.String({ description: 'tcp, tls or ws.' })),
  address: nullable(Type.String()),
  connectedAt: nullable(Instant),
  inFlight: Type.Integer({ description: 'Messages that wait for their commit.' }),
})

const Takeover = Type.Object({
  deviceId: Type.String(),
  at: Instant,
  fromAddress: Type.String(),
  toAddress: Type.String(),
})

const Nuisance = Type.Object({
  guard: Type.String({ description: 'What holds it back, as docs/abuse.md has it.' }),
  deviceId: nullable(Type.String({ description: 'Null where nobody proved to be a device.' })),
  addresses: Type.Array(Type.String(), { description: 'Where it comes from, newest first.' }),
  firstAt: Instant,
  lastAt: Instant,
  count: Type.Integer({ description: 'How often since firstAt.' }),
})

export function connectionRoutes(app: App, findDevice: FindDevice, connections: Connections): void {
  app.get('/api/v1/devices/:id/connection', {
    schema: {
      tags,
      operationId: 'getConnection',
      summary: 'Tell whether a device is connected, from where and since when',
      params: DeviceParams,
      response: answers(200, ConnectionState),
    },
    handler: async (request) => {
      const { id } = deviceInSight(findDevice, request, request.params.id)
      const connection = connections.connectionOf(id)
      return Promise.resolve({
        connected: connection !== undefined,
        id: connection?.id ?? null,
        listener: connection?.listener ?? null,
        address: connection?.address ?? null,
        connectedAt: connection?.connectedAt ?? null,
        inFlight: connection?.inFlight ?? 0,
      })
    },
  })

  app.get('/api/v1/takeovers', {
    schema: {
      tags,
      operationId: 'listTakeovers',
      summary: 'List the last connections that ended because their device connected again',
      response: answers(
        200,
        Type.Object({
          items: Type.Array(Takeover),
          next: Type.Null({ description: 'The last hundred are kept; there is no next page.' }),
        }),
      ),
    },
    handler: async (request) => {
      const scope = scopeOf(request)
      const items = connections
        .takeovers()
        .filter(({ deviceId }) => seesDevice(scope, findDevice(deviceId)))
        .map((takeover) => ({ ...takeover, at: showInstant(takeover.at) ?? '' }))
      return Promise.resolve({ items, next: null })
    },
  })

  app.get('/api/v1/nuisances', {
    schema: {
      tags,
      operationId: 'listNuisances',
      summary: 'List the devices and addresses that do too much of something and are held back',
      response: answers(
        200,
        Type.Object({
          items: Type.Array(Nuisance),
          next: Type.Null({ description: 'The last 200 are kept; there is no next page.' }),
        }),
      ),
    },
    handler: async () => {
      const items = connections.nuisances().map((nuisance) => ({
        ...nuisance,
        addresses: [...nuisance.addresses],
        firstAt: showInstant(nuisance.firstAt) ?? '',
        lastAt: showInstant(nuisance.lastAt) ?? '',
      }))
      return Promise.resolve({ items, next: null })
    },
  })
}
