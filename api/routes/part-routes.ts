import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type PartRecord, PartView, showPart } from '#api/schemas/part-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { PART_ID_PATTERN, PART_STATES, Part, PartPatch } from '#model/part.ts'
import type { Scope } from '#model/principal.ts'

/**
 * What these routes need of the registry. It throws `Rejected` as the routes answer. What lies beyond
 * a scope is not there, and `forbidden` is what would put a part beyond it.
 */
export interface PartRegistry {
  list(
    filter: PageRequest & {
      readonly gridCode?: string | undefined
      readonly state?: string | undefined
      readonly class?: string | undefined
      readonly department?: string | undefined
      readonly text?: string | undefined
      readonly scope: Scope
    },
  ): Promise<Page<PartRecord>>
  get(id: string, scope: Scope): Promise<PartRecord>
  create(part: Part, scope: Scope): Promise<PartRecord>
  update(id: string, patch: PartPatch, scope: Scope): Promise<PartRecord>
  remove(id: string, scope: Scope): Promise<void>
}

const tags = ['parts']

const PartParams = Type.Object({ id: Type.String({ pattern: PART_ID_PATTERN }) })

export function partRoutes(app: App, parts: PartRegistry): void {
  app.addSchema(PartView)

  app.get('/api/v1/parts', {
    schema: {
      tags,
      operationId: 'listParts',
      summary: 'List parts by code',
      querystring: Type.Object(
        {
          ...pageParameters,
          gridCode: Type.Optional(Type.String()),
          state: Type.Optional(Type.Enum([...PART_STATES])),
          class: Type.Optional(
            Type.String({ pattern: '^[0-9]{4}$', description: 'Major and minor, four digits.' }),
          ),
          department: Type.Optional(
            Type.String({ minLength: 1, maxLength: 200, description: 'As any of the three.' }),
          ),
          text: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 100,
              description: 'Something in the code, the name or the address, whatever its case.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(PartView))),
    },
    handler: async (request) =>
      showPage(await parts.list({ ...request.query, scope: scopeOf(request) }), showPart),
  })

  app.post('/api/v1/parts', {
    schema: {
      tags,
      operationId: 'addPart',
      summary: 'Add a part',
      body: Part,
      response: answers(201, refTo(PartView)),
    },
    handler: async (request, reply) => {
      const part = await parts.create(request.body, scopeOf(request))
      void reply.code(201).header('location', `/api/v1/parts/${part.id}`)
      return showPart(part)
    },
  })

  app.get('/api/v1/parts/:id', {
    schema: {
      tags,
      operationId: 'getPart',
      summary: 'Show a part',
      params: PartParams,
      response: answers(200, refTo(PartView)),
    },
    handler: async (request) => showPart(await parts.get(request.params.id, scopeOf(request))),
  })

  app.patch('/api/v1/parts/:id', {
    schema: {
      tags,
      operationId: 'changePart',
      summary: 'Change a part; null takes a value away',
      params: PartParams,
      body: PartPatch,
      response: answers(200, refTo(PartView)),
    },
    handler: async (request) =>
      showPart(await parts.update(request.params.id, request.body, scopeOf(request))),
  })

  app.delete('/api/v1/parts/:id', {
    schema: {
      tags,
      operationId: 'removePart',
      summary: 'Remove a part on which no device sits',
      params: PartParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await parts.remove(request.params.id, scopeOf(request))
      return reply.code(204).send(null)
    },
  })
}
