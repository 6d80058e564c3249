import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { asyncApiDocument } from '#cli/asyncapi-document.ts'
import { KINDS } from '#model/kinds.ts'

const load = createRequire(import.meta.url)

test('the document of the topics is AsyncAPI 3', () => {
  // The schema brings the meta-schema of JSON Schema along.
  const options = { strict: false, allErrors: true, validateFormats: false, meta: false } as const
  const ajv = new Ajv({ ...options, validateSchema: false })
  const schema = load('@asyncapi/specs/schemas/3.0.0.json') as object
  const validate = ajv.compile(schema)
  expect(validate(asyncApiDocument()) ? [] : validate.errors).toEqual([])
})

test('every reference of the document leads somewhere', () => {
  const document = asyncApiDocument()
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)]
  expect(references.length).toBeGreaterThan(10)
  for (const [, path = ''] of references) {
    const target = path
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document)
    expect(target, path).toBeDefined()
  }
})

test('every channel of every kind is in it, with its range', () => {
  const { schemas } = asyncApiDocument().components as {
    schemas: Record<string, { properties: Record<string, { minimum?: number; maximum?: number }> }>
  }
  for (const kind of KINDS) {
    const properties = schemas[`${kind.name}-reading`]?.properties ?? {}
    for (const { name, min, max } of kind.channels) {
      expect(properties[name]?.minimum).toBe(min)
      expect(properties[name]?.maximum).toBe(max)
    }
  }
})
