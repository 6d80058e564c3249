import { STATUS_CODES } from 'node:http'

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isProblem = (schema: unknown): boolean =>
  isNode(schema) && schema.$ref === '#/components/schemas/Problem'

/**
 * What the collected document does not say by itself: that a value with a default may be left out,
 * which media types bodies and answers have, and what the answers are.
 */
export function tidyDocument<Document extends object>(document: Document): Document {
  return tidy(document, '') as Document
}

function tidy(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, ''))
  if (!isNode(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, tidy(inner, key)] as const)
  const node: Node = Object.fromEntries(entries)
  if (name === 'content') return tidyContent(node)
  if (name === 'responses') return tidyResponses(node)
  return withoutRequiredDefaults(node)
}

/** A value with a default may be left out, be it a parameter or a property. */
function withoutRequiredDefaults(node: Node): Node {
  const { required, properties, schema } = node
  if (required === true && isNode(schema) && 'default' in schema) {
    return { ...node, required: false }
  }
  if (!Array.isArray(required) || !isNode(properties)) return node
  const needed = required.filter((key: string) => {
    const property = properties[key]
    return !(isNode(property) && 'default' in property)
  })
  return { ...node, required: needed }
}

function tidyContent(content: Node): Node {
  const json = content['application/json']
  const schema = isNode(json) ? json.schema : undefined
  if (isProblem(schema)) return { 'application/problem+json': json }
  if (!isNode(schema) || !Array.isArray(schema['x-media-types'])) return content
  const { 'x-media-types': types, ...plain } = schema
  return Object.fromEntries(
    (types as string[]).map((type) => [
      type,
      { schema: type === 'application/json' ? plain : { type: 'string' } },
    ]),
  )
}

const tidyResponses = (responses: Node): Node =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const description = status === 'default' ? 'A problem document' : STATUS_CODES[status]
      return [status, isNode(response) ? { ...response, description } : response]
    }),
  )
