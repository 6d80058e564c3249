import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { pageParameters } from '#api/paging.ts'
import {
  type DeviceHealthEntry,
  DeviceHealthView,
  showHealth,
} from '#api/schemas/device-health-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import {
  DEVICE_TROUBLES,
  type DeviceTrouble,
  LOW_BATTERY_PCT,
  SILENT_INTERVALS,
} from '#model/device-trouble.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Scope } from '#model/principal.ts'
import type { Connections } from './connection-routes.ts'

/** What this route needs of whoever knows how devices do: those within the scope alone. */
export interface DeviceHealth {
  list(question: {
    readonly kind?: string | undefined
    readonly group?: string | undefined
    readonly area?: string | undefined
    readonly text?: string | undefined
    readonly trouble?: DeviceTrouble | undefined
    readonly limit: number
    readonly after?: string | undefined
    readonly scope: Scope
  }): Promise<{
    readonly items: readonly DeviceHealthEntry[]
    readonly next: string | null
    readonly devices: number
    readonly counts: Readonly<Record<DeviceTrouble, number>>
  }>
}

const Amount = Type.Integer({ minimum: 0 })
const Counts = Type.Object(
  Object.fromEntries(DEVICE_TROUBLES.map((name) => [name, Amount])) as Record<
    DeviceTrouble,
    typeof Amount
  >,
  { description: 'How many of them have which trouble.' },
)

export function deviceHealthRoutes(
  app: App,
  health: DeviceHealth,
  connections: Pick<Connections, 'connectionOf'>,
): void {
  app.addSchema(DeviceHealthView)

  app.get('/api/v1/device-health', {
    schema: {
      tags: ['devices'],
      operationId: 'listDeviceHealth',
      summary: 'List devices by id with how they do',
      description: `Troubles: \`wrong\`, something about it is open; \`silent\`, not heard for ${SILENT_INTERVALS} of its
intervals; \`never\`, has not reported yet; \`late\`, its newest reading came more than an interval, and more
than a minute, after it was measured; \`low-battery\`, below ${LOW_BATTERY_PCT} %; \`refused\`, messages of it wait in the
quarantine; \`disabled\`. The counts are of all that fit the other filters, whatever the trouble.`,
      querystring: Type.Object(
        {
          ...pageParameters,
          kind: Type.Optional(Type.Enum([...KIND_NAMES])),
          group: Type.Optional(Type.String()),
          area: Type.Optional(
            Type.String({
              pattern: '^[0-9]{6}([0-9]{3}){0,3}$',
              description: 'Only in this area: 6 digits a district, 9 a street, and so on.',
            }),
          ),
          text: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 100,
              description: 'Something in the id, label, address or group, whatever its case.',
            }),
          ),
          trouble: Type.Optional(Type.Enum([...DEVICE_TROUBLES])),
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          items: Type.Array(refTo(DeviceHealthView)),
          next: nullable(Type.String()),
          devices: Type.Integer({ minimum: 0, description: 'How many there are.' }),
          counts: Counts,
        }),
      ),
    },
    handler: async (request) => {
      const { items, ...rest } = await health.list({ ...request.query, scope: scopeOf(request) })
      return {
        ...rest,
        items: items.map((entry) =>
          showHealth(entry, connections.connectionOf(entry.device.id) !== undefined),
        ),
      }
    },
  })
}
