import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf } from '#api/authentication.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import type { Actor } from '#model/audit.ts'
import { DUTY_GRID_CODE_PATTERN, type DutyGrid, DutyGridSchema } from '#model/duty-grid.ts'
import type { Scope } from '#model/principal.ts'

/**
 * What these routes need of the store. It throws `Rejected` as the routes answer. A duty grid is seen
 * with those of its unit grids that are within the scope; without any it is not there.
 */
export interface DutyGrids {
  list(filter: PageRequest & { readonly scope: Scope }): Promise<Page<DutyGrid>>
  get(code: string, scope: Scope): Promise<DutyGrid>
  /** Answers whether it is new. */
  put(dutyGrid: DutyGrid, actor: Actor): Promise<boolean>
  remove(code: string, actor: Actor): Promise<void>
}

const tags = ['people']
const Params = Type.Object({ code: Type.String({ pattern: DUTY_GRID_CODE_PATTERN }) })
const DutyGridView = Type.Object(DutyGridSchema.properties, {
  $id: 'DutyGrid',
  description: 'Unit grids that one post looks after together.',
})
const Body = Type.Omit(DutyGridSchema, ['code'], { additionalProperties: false })

export function dutyGridRoutes(app: App, dutyGrids: DutyGrids): void {
  app.addSchema(DutyGridView)

  app.get('/api/v1/duty-grids', {
    schema: {
      tags,
      operationId: 'listDutyGrids',
      summary: 'List duty grids by code',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: answers(200, pageOf(refTo(DutyGridView))),
    },
    handler: async (request) => {
      const filter = { ...request.query, scope: scopeOf(request) }
      return showPage(await dutyGrids.list(filter), (found) => found)
    },
  })

  app.get('/api/v1/duty-grids/:code', {
    schema: {
      tags,
      operationId: 'getDutyGrid',
      summary: 'Show a duty grid',
      params: Params,
      response: answers(200, refTo(DutyGridView)),
    },
    handler: async (request) => dutyGrids.get(request.params.code, scopeOf(request)),
  })

  app.put('/api/v1/duty-grids/:code', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'putDutyGrid',
      summary:
        'Add a duty grid, or change the one of that code; accounts that have it see so at once',
      params: Params,
      body: Body,
      response: { ...answers(200, refTo(DutyGridView)), ...answers(201, refTo(DutyGridView)) },
    },
    handler: async (request, reply) => {
      const { code } = request.params
      const isNew = await dutyGrids.put({ ...request.body, code }, actorOf(request))
      return reply.code(isNew ? 201 : 200).send(await dutyGrids.get(code, scopeOf(request)))
    },
  })

  app.delete('/api/v1/duty-grids/:code', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'removeDutyGrid',
      summary: 'Remove a duty grid that no account has',
      params: Params,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await dutyGrids.remove(request.params.code, actorOf(request))
      return reply.code(204).send(null)
    },
  })
}
