import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, expect, test } from 'vitest'
import { openApiDocument } from '#api/create-api.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security?: readonly object[]
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>
}

let document: { paths: Record<string, Record<string, Operation>> }
let operations: (readonly [string, Operation])[]
beforeAll(async () => {
  document = (await openApiDocument()) as typeof document
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )
})

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

test('it comes out the same each time', async () => {
  expect(JSON.stringify(await openApiDocument())).toBe(JSON.stringify(document))
})

test('every operation has a name of its own, a summary, a group and a problem', () => {
  const names = operations.map(([, { operationId }]) => operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const [where, { summary, tags, responses }] of operations) {
    expect(summary, where).toBeTruthy()
    expect(tags, where).toHaveLength(1)
    expect(responses.default?.content, where).toHaveProperty(['application/problem+json'])
  }
})

test('only health, the way in, and what the console has to know before it are open', () => {
  const open = operations.filter(([, { security }]) => security?.length === 0)
  expect(open.map(([where]) => where).sort()).toEqual([
    'get /api/v1/console',
    'get /api/v1/session/oidc',
    'get /api/v1/session/oidc/callback',
    'get /api/v1/session/ways',
    'get /health/live',
    'get /health/ready',
    'post /api/v1/session',
  ])
})

test('the addresses that scripts rely on are there', () => {
  const addresses = operations.map(([where]) => where)
  for (const address of [
    'post /api/v1/devices',
    'get /api/v1/devices/{id}/readings',
    'get /api/v1/devices/{id}/latest',
    'post /api/v1/devices/{id}/secret',
    'post /api/v1/devices/{id}/commands',
    'get /api/v1/commands/{id}',
    'get /api/v1/grids/locate',
    'put /api/v1/areas/{id}',
    'post /api/v1/imports/devices',
    'post /api/v1/imports/parts',
    'post /api/v1/imports/grids',
    'post /api/v1/imports/areas',
    'get /api/v1/quarantine',
    'post /api/v1/quarantine/{id}/replay',
    'post /api/v1/quarantine/replay',
    'get /api/v1/episodes',
    'get /api/v1/cases',
    'get /api/v1/cases/{id}',
    'get /api/v1/live',
    'get /metrics',
  ]) {
    expect(addresses).toContain(address)
  }
})
