import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type BesideLine, LineDetail, LineView, showBeside } from '#api/schemas/line-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import type { Position } from '#model/area.ts'
import type { Box } from '#model/box.ts'
import { CityLine, LINE_CLASSES, LINE_ID_PATTERN, type LineClass } from '#model/city-line.ts'
import { Rejected } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'

/** What these routes need of the registry. It throws `Rejected` as the routes answer. */
export interface LineRegistry {
  list(filter: PageRequest & { readonly class?: LineClass }): Promise<Page<LineView>>
  get(
    id: string,
    scope: Scope,
  ): Promise<{ readonly line: LineView; readonly beside: readonly BesideLine[] }>
  /** Answers whether the line is new. */
  put(line: CityLine): Promise<boolean>
  remove(id: string): Promise<void>
}

interface DrawnLine {
  readonly id: string
  readonly class: LineClass
  readonly name: string | null
  readonly diameter_mm: number | null
  readonly width_m: number | null
  readonly paths: readonly (readonly Position[])[]
}

/** Streets and pipes as a map draws them, within the scope alone. */
export interface LinesOnMap {
  /** Another text whenever there may be other lines. */
  revision(): string
  look(view: { readonly box: Box; readonly zoom: number; readonly scope: Scope }): Promise<{
    readonly complete: boolean
    readonly lines: readonly DrawnLine[]
  }>
}

const tags = ['lines']

const LineParams = Type.Object({ id: Type.String({ pattern: LINE_ID_PATTERN }) })
const LineBody = Type.Omit(CityLine, ['id'], { additionalProperties: false })

const DrawnLineView = Type.Object({
  id: Type.String(),
  class: Type.Enum([...LINE_CLASSES]),
  name: nullable(Type.String()),
  diameter_mm: nullable(Type.Number()),
  width_m: nullable(Type.Number()),
  paths: Type.Array(Type.Array(Type.Array(Type.Number())), {
    description: 'As the coordinates of a MultiLineString, WGS-84.',
  }),
})

export function lineRoutes(app: App, lines: LineRegistry, onMap: LinesOnMap): void {
  app.addSchema(LineView)
  app.addSchema(LineDetail)

  app.get('/api/v1/lines-on-map', {
    schema: {
      tags,
      operationId: 'lookAtLines',
      summary: 'The streets and pipes of a viewport, as they are drawn at a zoom',
      description: `The greatest first: from far only main roads and the widest pipes. At most 3,000 lines
and 30,000 positions; \`complete\` is false where there are more. Asked again with \`If-None-Match\` it
answers 304 where nothing has changed.`,
      querystring: Type.Object(
        { bbox: boxParameter, zoom: Type.Integer({ minimum: 0, maximum: 24 }) },
        { additionalProperties: false },
      ),
      response: {
        ...answers(
          200,
          Type.Object({ complete: Type.Boolean(), items: Type.Array(DrawnLineView) }),
        ),
        ...answers(304, Type.Null({ description: 'Nothing has changed.' })),
      },
    },
    handler: async (request, reply) => {
      const { bbox, zoom } = request.query
      const box = readBox(bbox)
      if (box === undefined) {
        const detail = 'bbox says what to look at'
        const errors = [{ parameter: 'bbox', detail }]
        throw new Rejected('invalid-input', detail, { detail: { errors } })
      }
      const scope = scopeOf(request)
      const tag = etagOf(onMap.revision(), scope)
      void reply.headers({ etag: tag, 'cache-control': 'private, no-cache' })
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(null)
      const { complete, lines: drawn } = await onMap.look({ box, zoom, scope })
      return {
        complete,
        items: drawn.map((line) => ({ ...line, paths: line.paths as number[][][] })),
      }
    },
  })

  app.get('/api/v1/lines', {
    schema: {
      tags,
      operationId: 'listLines',
      summary: 'List streets and pipes by id',
      querystring: Type.Object(
        { ...pageParameters, class: Type.Optional(Type.Enum([...LINE_CLASSES])) },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(LineView))),
    },
    handler: async ({ query }) => showPage(await lines.list(query), (line) => line),
  })

  app.get('/api/v1/lines/:id', {
    schema: {
      tags,
      operationId: 'getLine',
      summary: 'Show a street or a pipe with the devices on it',
      params: LineParams,
      response: answers(200, refTo(LineDetail)),
    },
    handler: async (request) => {
      const { line, beside } = await lines.get(request.params.id, scopeOf(request))
      return { ...line, devices: beside.map(showBeside) }
    },
  })

  app.put('/api/v1/lines/:id', {
    schema: {
      tags,
      operationId: 'putLine',
      summary: 'Add a street or a pipe, or put it in the place of the one of that id',
      params: LineParams,
      body: LineBody,
      response: { ...answers(200, CityLine), ...answers(201, CityLine) },
    },
    handler: async ({ params, body }, reply) => {
      const line: CityLine = { ...body, id: params.id }
      const isNew = await lines.put(line)
      return reply.code(isNew ? 201 : 200).send(line)
    },
  })

  app.delete('/api/v1/lines/:id', {
    schema: {
      tags,
      operationId: 'removeLine',
      summary: 'Remove a street or a pipe',
      params: LineParams,
      response: answers(204, Type.Null()),
    },
    handler: async ({ params }, reply) => {
      await lines.remove(params.id)
      return reply.code(204).send(null)
    },
  })
}

/** Of what somebody sees of the lines there are. */
const etagOf = (revision: string, { areas, networks }: Scope): string =>
  `"${createHash('sha256')
    .update(JSON.stringify([revision, areas, networks]))
    .digest('base64url')}"`
