import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import { Rejected } from '#model/error.ts'
import { type Place, placeFault } from '#model/place.ts'
import type { Scope } from '#model/principal.ts'
import { GRID_CODE_PATTERN, UnitGrid, UnitGridPatch } from '#model/unit-grid.ts'

/**
 * What these routes need of the registry. It throws `Rejected` as the routes answer. What lies beyond
 * a scope is not there. Grids are changed only by who sees the whole city.
 */
export interface GridRegistry {
  list(
    filter: PageRequest & {
      readonly district?: string | undefined
      readonly street?: string | undefined
      readonly scope: Scope
    },
  ): Promise<Page<UnitGrid>>
  get(code: string, scope: Scope): Promise<UnitGrid>
  /** The one grid that holds a point. */
  locate(place: Place, scope: Scope): UnitGrid | undefined
  create(grid: UnitGrid): Promise<UnitGrid>
  update(code: string, patch: UnitGridPatch): Promise<UnitGrid>
  remove(code: string): Promise<void>
}

const tags = ['grids']

const GridParams = Type.Object({ code: Type.String({ pattern: GRID_CODE_PATTERN }) })

const GridView = Type.Object(UnitGrid.properties, { $id: 'UnitGrid' })

export function gridRoutes(app: App, grids: GridRegistry): void {
  app.addSchema(GridView)

  app.get('/api/v1/grids', {
    schema: {
      tags,
      operationId: 'listGrids',
      summary: 'List unit grids by code',
      querystring: Type.Object(
        {
          ...pageParameters,
          district: Type.Optional(Type.String()),
          street: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(GridView))),
    },
    handler: async (request) =>
      showPage(await grids.list({ ...request.query, scope: scopeOf(request) }), (grid) => grid),
  })

  app.get('/api/v1/grids/locate', {
    schema: {
      tags,
      operationId: 'locateGrid',
      summary: 'Find the one unit grid that holds a point of WGS-84; null when none does',
      querystring: Type.Object(
        { lon_deg: Type.Number(), lat_deg: Type.Number() },
        { additionalProperties: false },
      ),
      response: answers(200, Type.Object({ grid: nullable(refTo(GridView)) })),
    },
    handler: async (request) => {
      const { query } = request
      const fault = placeFault(query.lon_deg, query.lat_deg)
      if (fault) throw new Rejected('invalid-input', `the point is refused: ${fault}`)
      return Promise.resolve({ grid: grids.locate(query, scopeOf(request)) ?? null })
    },
  })

  app.post('/api/v1/grids', {
    schema: {
      tags,
      operationId: 'addGrid',
      summary: 'Add a unit grid and work out the grids of devices and parts again',
      body: UnitGrid,
      response: answers(201, refTo(GridView)),
    },
    handler: async ({ body }, reply) => {
      const grid = await grids.create(body)
      void reply.code(201).header('location', `/api/v1/grids/${grid.code}`)
      return grid
    },
  })

  app.get('/api/v1/grids/:code', {
    schema: {
      tags,
      operationId: 'getGrid',
      summary: 'Show a unit grid',
      params: GridParams,
      response: answers(200, refTo(GridView)),
    },
    handler: async (request) => grids.get(request.params.code, scopeOf(request)),
  })

  app.patch('/api/v1/grids/:code', {
    schema: {
      tags,
      operationId: 'changeGrid',
      summary: 'Change a unit grid and work out the grids of devices and parts again',
      params: GridParams,
      body: UnitGridPatch,
      response: answers(200, refTo(GridView)),
    },
    handler: async ({ params, body }) => grids.update(params.code, body),
  })

  app.delete('/api/v1/grids/:code', {
    schema: {
      tags,
      operationId: 'removeGrid',
      summary: 'Remove a unit grid and work out the grids of devices and parts again',
      params: GridParams,
      response: answers(204, Type.Null()),
    },
    handler: async ({ params }, reply) => {
      await grids.remove(params.code)
      return reply.code(204).send(null)
    },
  })
}
