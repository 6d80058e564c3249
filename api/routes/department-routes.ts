import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf } from '#api/authentication.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import type { Actor } from '#model/audit.ts'
import { DEPARTMENT_ID_PATTERN, type Department, DepartmentSchema } from '#model/department.ts'

export interface DepartmentFilter extends PageRequest {
  readonly parentId?: string | undefined
  readonly enabled?: boolean | undefined
}

/** What these routes need of the store. It throws `Rejected` as the routes answer. */
export interface Departments {
  list(filter: DepartmentFilter): Promise<Page<Department>>
  get(id: string): Promise<Department>
  /** Answers whether it is new. */
  put(department: Department, actor: Actor): Promise<boolean>
  remove(id: string, actor: Actor): Promise<void>
}

const tags = ['people']
const Params = Type.Object({ id: Type.String({ pattern: DEPARTMENT_ID_PATTERN }) })
const DepartmentView = Type.Object(DepartmentSchema.properties, {
  $id: 'Department',
  description: 'Who handles cases. Departments are a tree.',
})
const Body = Type.Omit(DepartmentSchema, ['id'], { additionalProperties: false })

export function departmentRoutes(app: App, departments: Departments): void {
  app.addSchema(DepartmentView)

  app.get('/api/v1/departments', {
    schema: {
      tags,
      operationId: 'listDepartments',
      summary: 'List departments by id, each with the one above it',
      querystring: Type.Object(
        {
          ...pageParameters,
          parentId: Type.Optional(
            Type.String({
              pattern: `^$|${DEPARTMENT_ID_PATTERN}`,
              description: 'Those right below this one; empty: those at the top.',
            }),
          ),
          enabled: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(DepartmentView))),
    },
    handler: async ({ query }) => showPage(await departments.list(query), (found) => found),
  })

  app.get('/api/v1/departments/:id', {
    schema: {
      tags,
      operationId: 'getDepartment',
      summary: 'Show a department',
      params: Params,
      response: answers(200, refTo(DepartmentView)),
    },
    handler: async ({ params }) => departments.get(params.id),
  })

  app.put('/api/v1/departments/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'putDepartment',
      summary: 'Add a department, or change or move the one of that id',
      params: Params,
      body: Body,
      response: { ...answers(200, refTo(DepartmentView)), ...answers(201, refTo(DepartmentView)) },
    },
    handler: async (request, reply) => {
      const department: Department = { ...request.body, id: request.params.id }
      const isNew = await departments.put(department, actorOf(request))
      return reply.code(isNew ? 201 : 200).send(department)
    },
  })

  app.delete('/api/v1/departments/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'removeDepartment',
      summary: 'Remove a department that nothing refers to; disable one that cases were given to',
      params: Params,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await departments.remove(request.params.id, actorOf(request))
      return reply.code(204).send(null)
    },
  })
}
