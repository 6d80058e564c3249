import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { scopeOf } from '#api/guard.ts'
import { answers, PlaceView, refTo } from '#api/schemas/shared.ts'
import type { Box } from '#model/box.ts'
import { Rejected } from '#model/error.ts'
import { PART_STATES, type PartState } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import type { Scope } from '#model/principal.ts'

/** What this route needs: the parts of a box, within the scope alone. */
export type PartsOnMap = (view: {
  readonly box: Box
  readonly limit: number
  readonly scope: Scope
}) => Promise<
  readonly {
    readonly id: string
    readonly name: string
    readonly state: PartState
    readonly place: Place
  }[]
>

const MOST = 1_500

export function partMapRoutes(app: App, partsOnMap: PartsOnMap): void {
  app.get('/api/v1/parts-on-map', {
    schema: {
      tags: ['parts'],
      operationId: 'lookAtParts',
      summary: 'The parts of a viewport',
      description: `At most ${MOST}; \`complete\` is false when there are more, so that the map has to
be looked at from nearer. What was removed is not told.`,
      querystring: Type.Object({ bbox: boxParameter }, { additionalProperties: false }),
      response: answers(
        200,
        Type.Object({
          complete: Type.Boolean(),
          items: Type.Array(
            Type.Object({
              id: Type.String(),
              name: Type.String(),
              state: Type.Enum([...PART_STATES]),
              place: refTo(PlaceView),
            }),
          ),
        }),
      ),
    },
    handler: async (request) => {
      const box = readBox(request.query.bbox)
      if (box === undefined) {
        const detail = 'bbox says what to look at'
        const errors = [{ parameter: 'bbox', detail }]
        throw new Rejected('invalid-input', detail, { detail: { errors } })
      }
      const parts = await partsOnMap({ box, limit: MOST + 1, scope: scopeOf(request) })
      return { complete: parts.length <= MOST, items: parts.slice(0, MOST) }
    },
  })
}
