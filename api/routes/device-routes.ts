import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type DeviceRecord, DeviceView, showDevice } from '#api/schemas/device-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import type { Box } from '#model/box.ts'
import { DEVICE_ID_PATTERN, DevicePatch, NewDevice } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Scope } from '#model/principal.ts'

/**
 * What these routes need of the registry. It throws `Rejected` as the routes answer. What lies beyond
 * a scope is not there, and `forbidden` is what would put a device beyond it.
 */
export interface DeviceRegistry {
  list(
    filter: PageRequest & {
      readonly kind?: string | undefined
      readonly group?: string | undefined
      readonly partId?: string | undefined
      readonly gridCode?: string | undefined
      readonly enabled?: boolean | undefined
      readonly bbox?: Box | undefined
      readonly text?: string | undefined
      readonly scope: Scope
    },
  ): Promise<Page<DeviceRecord>>
  get(id: string, scope: Scope): Promise<DeviceRecord>
  /** `secret` is set when it was generated. */
  create(
    device: NewDevice,
    scope: Scope,
  ): Promise<{ readonly device: DeviceRecord; readonly secret: string | null }>
  update(id: string, patch: DevicePatch, scope: Scope): Promise<DeviceRecord>
  remove(id: string, scope: Scope): Promise<void>
  /** The new secret when it was generated. */
  rotateSecret(id: string, given: string | undefined, scope: Scope): Promise<string | null>
}

const tags = ['devices']

export const DeviceParams = Type.Object({ id: Type.String({ pattern: DEVICE_ID_PATTERN }) })

const Secret = Type.String({ description: 'Generated; shown here and never again.' })

const RegisteredDevice = Type.Object(
  { ...DeviceView.properties, secret: Type.Optional(Secret) },
  { $id: 'RegisteredDevice' },
)

const GivenSecret = Type.Union([
  Type.Object(
    { secret: Type.Optional(NewDevice.properties.secret) },
    { additionalProperties: false },
  ),
  Type.Null(),
])

export function deviceRoutes(app: App, devices: DeviceRegistry): void {
  app.addSchema(DeviceView)
  app.addSchema(RegisteredDevice)

  app.get('/api/v1/devices', {
    schema: {
      tags,
      operationId: 'listDevices',
      summary: 'List devices by id',
      querystring: Type.Object(
        {
          ...pageParameters,
          kind: Type.Optional(Type.Enum([...KIND_NAMES])),
          group: Type.Optional(Type.String()),
          partId: Type.Optional(Type.String()),
          gridCode: Type.Optional(Type.String()),
          enabled: Type.Optional(Type.Boolean()),
          bbox: boxParameter,
          text: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 100,
              description: 'Something in the id, the label or the address, whatever its case.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(DeviceView))),
    },
    handler: async (request) => {
      const { bbox, ...filter } = request.query
      const scope = scopeOf(request)
      return showPage(await devices.list({ ...filter, bbox: readBox(bbox), scope }), showDevice)
    },
  })

  app.post('/api/v1/devices', {
    schema: {
      tags,
      operationId: 'registerDevice',
      summary: 'Register a device',
      body: NewDevice,
      response: answers(201, refTo(RegisteredDevice)),
    },
    handler: async (request, reply) => {
      const { device, secret } = await devices.create(request.body, scopeOf(request))
      void reply.code(201).header('location', `/api/v1/devices/${device.id}`)
      return { ...showDevice(device), ...(secret === null ? {} : { secret }) }
    },
  })

  app.get('/api/v1/devices/:id', {
    schema: {
      tags,
      operationId: 'getDevice',
      summary: 'Show a device',
      params: DeviceParams,
      response: answers(200, refTo(DeviceView)),
    },
    handler: async (request) => showDevice(await devices.get(request.params.id, scopeOf(request))),
  })

  app.patch('/api/v1/devices/:id', {
    schema: {
      tags,
      operationId: 'changeDevice',
      summary: 'Change a device; null takes a value away',
      params: DeviceParams,
      body: DevicePatch,
      response: answers(200, refTo(DeviceView)),
    },
    handler: async (request) =>
      showDevice(await devices.update(request.params.id, request.body, scopeOf(request))),
  })

  app.delete('/api/v1/devices/:id', {
    schema: {
      tags,
      operationId: 'removeDevice',
      summary: 'Remove a device; its readings, episodes and cases stay',
      params: DeviceParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await devices.remove(request.params.id, scopeOf(request))
      return reply.code(204).send(null)
    },
  })

  app.post('/api/v1/devices/:id/secret', {
    schema: {
      tags,
      operationId: 'rotateSecret',
      summary: 'Give a device another secret and end its connection',
      params: DeviceParams,
      body: GivenSecret,
      response: answers(200, Type.Object({ id: Type.String(), secret: Type.Optional(Secret) })),
    },
    handler: async (request) => {
      const { id } = request.params
      const secret = await devices.rotateSecret(id, request.body?.secret, scopeOf(request))
      return { id, ...(secret === null ? {} : { secret }) }
    },
  })
}
