import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { scopeOf } from '#api/guard.ts'
import { answers } from '#api/schemas/shared.ts'
import type { Box } from '#model/box.ts'
import { Rejected } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import { UnitGrid } from '#model/unit-grid.ts'

/** What this route needs: unit grids with their open cases, within the scope alone. */
export type GridLoads = (view: {
  readonly box: Box
  readonly limit: number
  readonly scope: Scope
}) => Promise<
  readonly { readonly grid: UnitGrid; readonly open: number; readonly overdue: number }[]
>

const MOST = 4_000

export function gridLoadRoutes(app: App, gridLoads: GridLoads): void {
  app.get('/api/v1/grid-loads', {
    schema: {
      tags: ['grids'],
      operationId: 'lookAtGrids',
      summary: 'The unit grids of a viewport with the cases in them that are not over',
      description: `At most ${MOST}; \`complete\` is false when there are more, so that the map has to
be looked at from nearer.`,
      querystring: Type.Object({ bbox: boxParameter }, { additionalProperties: false }),
      response: answers(
        200,
        Type.Object({
          complete: Type.Boolean(),
          items: Type.Array(
            Type.Object({
              code: Type.String(),
              geometry: UnitGrid.properties.geometry,
              open: Type.Integer({ minimum: 0 }),
              overdue: Type.Integer({ minimum: 0 }),
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
      const loads = await gridLoads({ box, limit: MOST + 1, scope: scopeOf(request) })
      const items = loads.slice(0, MOST).map(({ grid: { code, geometry }, open, overdue }) => ({
        code,
        geometry,
        open,
        overdue,
      }))
      return { complete: loads.length <= MOST, items }
    },
  })
}
