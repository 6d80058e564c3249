/** As much of JSON Schema as the documents of rules use. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
}

/** Every form that what stands at a path may have. */
export function schemasAt(schema: JsonSchema, path: readonly string[]): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (found, key) => formsOf(found).flatMap((each) => below(each, key)),
    [schema],
  )
}

function below({ properties, patternProperties }: JsonSchema, key: string): readonly JsonSchema[] {
  const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined
  return own ? [own] : Object.values(patternProperties ?? {})
}

/** Without choices and lists: what a value in their place may be. */
function formsOf(schemas: readonly JsonSchema[]): readonly JsonSchema[] {
  return schemas.flatMap((schema) => {
    const others = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])]
    return [schema, ...formsOf(others)]
  })
}

/** The keys of a map that stands at a path; those that must be there first. */
export function keysAt(
  schema: JsonSchema,
  path: readonly string[],
): readonly { readonly name: string; readonly isNeeded: boolean }[] {
  const keys = new Map<string, boolean>()
  for (const { properties = {}, required = [] } of formsOf(schemasAt(schema, path))) {
    for (const name of Object.keys(properties)) {
      keys.set(name, (keys.get(name) ?? false) || required.includes(name))
    }
  }
  return [...keys].map(([name, isNeeded]) => ({ name, isNeeded }))
}

/** The words among which a value at a path is chosen. */
export function wordsAt(schema: JsonSchema, path: readonly string[]): readonly string[] {
  const words = formsOf(schemasAt(schema, path)).flatMap((form) => [
    ...(form.enum ?? []),
    ...(form.const === undefined ? [] : [form.const]),
    ...(form.type === 'boolean' ? [true, false] : []),
  ])
  return [...new Set(words.map(String))]
}

export const describedAt = (schema: JsonSchema, path: readonly string[]): string | undefined =>
  schemasAt(schema, path).find(({ description }) => description !== undefined)?.description
