import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { type Box, boxParameter, readBox } from '#api/box.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type DeviceRecord, DeviceView, showDevice } from '#api/schemas/device-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { DEVICE_ID_PATTERN, DevicePatch, NewDevice } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'

/** What these routes need of the registry. It throws `Rejected` as the routes answer. */
export interface DeviceRegistry {
  list(
    filter: PageRequest & {
      readonly kind?: string | undefined
      readonly group?: string | undefined
      readonly partId?: string | undefined
      readonly gridCode?: string | undefined
      readonly enabled?: boolean | undefined
      readonly bbox?: Box | undefined
    },
  ): Promise<Page<DeviceRecord>>
  get(id: string): Promise<DeviceRecord>
  /** `secret` is set when it was generated. */
  create(
    device: NewDevice,
  ): Promise<{ readonly device: DeviceRecord; readonly secret: string | null }>
  update(id: string, patch: DevicePatch): Promise<DeviceRecord>
  remove(id: string): Promise<void>
  /** The new secret when it was generated. */
  rotateSecret(id: string, given: string | undefined): Promise<string | null>
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
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(DeviceView))),
    },
    handler: async ({ query: { bbox, ...filter } }) =>
      showPage(await devices.list({ ...filter, bbox: readBox(bbox) }), showDevice),
  })

  app.post('/api/v1/devices', {
    schema: {
      tags,
      operationId: 'registerDevice',
      summary: 'Register a device',
      body: NewDevice,
      response: answers(201, refTo(RegisteredDevice)),
    },
    handler: async ({ body }, reply) => {
      const { device, secret } = await devices.create(body)
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
    handler: async ({ params }) => showDevice(await devices.get(params.id)),
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
    handler: async ({ params, body }) => showDevice(await devices.update(params.id, body)),
  })

  app.delete('/api/v1/devices/:id', {
    schema: {
      tags,
      operationId: 'removeDevice',
      summary: 'Remove a device; its readings, episodes and cases stay',
      params: DeviceParams,
      response: answers(204, Type.Null()),
    },
    handler: async ({ params }, reply) => {
      await devices.remove(params.id)
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
    handler: async ({ params: { id }, body }) => {
      const secret = await devices.rotateSecret(id, body?.secret)
      return { id, ...(secret === null ? {} : { secret }) }
    },
  })
}
