import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { AREA_ID_PATTERN, type Area, AreaSchema } from '#model/area.ts'

/** What these routes need of the registry. It throws `Rejected` as the routes answer. */
export interface AreaRegistry {
  list(filter: PageRequest): Promise<Page<Area>>
  get(id: string): Promise<Area>
  /** Answers whether the area is new. */
  put(area: Area): Promise<boolean>
  remove(id: string): Promise<void>
}

const tags = ['areas']

const AreaParams = Type.Object({ id: Type.String({ pattern: AREA_ID_PATTERN }) })

const AreaView = Type.Object(AreaSchema.properties, {
  $id: 'Area',
  description: 'A polygon to be in, or a line to keep to, that rules name. GeoJSON of WGS-84.',
})

const AreaBody = Type.Omit(AreaSchema, ['id'], { additionalProperties: false })

export function areaRoutes(app: App, areas: AreaRegistry): void {
  app.addSchema(AreaView)

  app.get('/api/v1/areas', {
    schema: {
      tags,
      operationId: 'listAreas',
      summary: 'List areas by id',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: answers(200, pageOf(refTo(AreaView))),
    },
    handler: async ({ query }) => showPage(await areas.list(query), (area) => area),
  })

  app.get('/api/v1/areas/:id', {
    schema: {
      tags,
      operationId: 'getArea',
      summary: 'Show an area',
      params: AreaParams,
      response: answers(200, refTo(AreaView)),
    },
    handler: async ({ params }) => areas.get(params.id),
  })

  app.put('/api/v1/areas/:id', {
    schema: {
      tags,
      operationId: 'putArea',
      summary: 'Add an area, or change the one of that id; rules that name it see it at once',
      params: AreaParams,
      body: AreaBody,
      response: { ...answers(200, refTo(AreaView)), ...answers(201, refTo(AreaView)) },
    },
    handler: async ({ params, body }, reply) => {
      const area: Area = { ...body, id: params.id }
      const isNew = await areas.put(area)
      return reply.code(isNew ? 201 : 200).send(area)
    },
  })

  app.delete('/api/v1/areas/:id', {
    schema: {
      tags,
      operationId: 'removeArea',
      summary: 'Remove an area that no rule names',
      params: AreaParams,
      response: answers(204, Type.Null()),
    },
    handler: async ({ params }, reply) => {
      await areas.remove(params.id)
      return reply.code(204).send(null)
    },
  })
}
