import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { schema: object }> }>
}

/** Holds an answer against the document, so that the two cannot drift apart. */
export function documentCheck(document: object) {
  const { paths, components } = document as {
    paths: Record<string, Record<string, Operation>>
    components: object
  }
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isInstant } })
  ajv.addSchema({ $id: 'document', components })
  const compiled = new Map<string, ValidateFunction>()
  const patterns = Object.keys(paths).map(
    (path) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path] as const,
  )
  return (method: Method, url: string, status: number, type: string, body: unknown): void => {
    const address = url.split('?', 1)[0] as string
    // A path of plain words goes before one with a variable in the same place.
    const path =
      patterns.find(([, name]) => name === address)?.[1] ??
      patterns.find(([pattern]) => pattern.test(address))?.[1]
    const operation = path === undefined ? undefined : paths[path]?.[method.toLowerCase()]
    if (!operation) return
    const response = operation.responses[status] ?? operation.responses['default']
    const schema = response?.content?.[type.split(';', 1)[0] as string]?.schema
    expect(schema, `${method} ${path} ${status} ${type} is not in the document`).toBeDefined()
    const key = `${method} ${path} ${status}`
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components')
    const validate = compiled.get(key) ?? ajv.compile(JSON.parse(text) as object)
    compiled.set(key, validate)
    expect(validate(body) ? [] : validate.errors, `the answer of ${key}`).toEqual([])
  }
}

const isInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)
