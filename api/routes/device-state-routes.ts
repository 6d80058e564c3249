import { type Static, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { scopeOf } from '#api/guard.ts'
import {
  DeviceStateView,
  MapCellView,
  type SeenDevice,
  showDeviceState,
} from '#api/schemas/device-state-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import type { Box } from '#model/box.ts'
import { Rejected } from '#model/error.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Scope } from '#model/principal.ts'

/** What this route needs of the map: devices within the scope alone. */
export interface CityMap {
  look(view: {
    readonly box: Box
    readonly zoom?: number | undefined
    readonly kind?: string | undefined
    readonly limit: number
    readonly scope: Scope
  }): Promise<{
    readonly devices: readonly SeenDevice[]
    readonly cells: readonly Static<typeof MapCellView>[]
    readonly extent: Box | null
  }>
}

const Extent = Type.Object(
  { west: Type.Number(), south: Type.Number(), east: Type.Number(), north: Type.Number() },
  { description: 'The smallest box about all that is seen, degrees of WGS-84.' },
)
const namedSides = ([west, south, east, north]: Box): Static<typeof Extent> => ({
  west,
  south,
  east,
  north,
})

export function deviceStateRoutes(app: App, map: CityMap): void {
  app.addSchema(DeviceStateView)
  app.addSchema(MapCellView)

  app.get('/api/v1/device-states', {
    schema: {
      tags: ['devices'],
      operationId: 'lookAtMap',
      summary: 'The latest state of every device in a viewport',
      description: `\`items\` has each device when there are at most \`limit\`; when there are more,
those that are close to each other come together as \`cells\`, and \`items\` has those that stand alone.
Something that moves is where its last fix was, of the seven days before its newest reading.`,
      querystring: Type.Object(
        {
          bbox: boxParameter,
          zoom: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 24,
              description: 'Of the map: a cell is 64 pixels wide. When absent it goes by the box.',
            }),
          ),
          kind: Type.Optional(Type.Enum([...KIND_NAMES])),
          limit: Type.Integer({
            minimum: 1,
            maximum: 5_000,
            default: 1_000,
            description: 'Most devices that are told one by one.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          items: Type.Array(refTo(DeviceStateView)),
          cells: Type.Array(refTo(MapCellView)),
          extent: nullable(Extent),
        }),
      ),
    },
    handler: async (request) => {
      const { bbox, ...view } = request.query
      const box = readBox(bbox)
      if (box === undefined) {
        const detail = 'bbox says what to look at'
        throw new Rejected('invalid-input', detail, {
          detail: { errors: [{ parameter: 'bbox', detail }] },
        })
      }
      const { devices, cells, extent } = await map.look({ ...view, box, scope: scopeOf(request) })
      return {
        items: devices.map(showDeviceState),
        cells: [...cells],
        extent: extent && namedSides(extent),
      }
    },
  })
}
