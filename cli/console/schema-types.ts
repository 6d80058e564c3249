import { createRequire } from 'node:module'
import { ROOT } from './console-sources.ts'

interface OpenapiTypescript {
  readonly default: (document: object) => Promise<readonly unknown[]>
  readonly astToString: (nodes: readonly unknown[]) => string
}

/** The types by which the console asks the API, from its OpenAPI document. */
export async function schemaTypes(document: object): Promise<string> {
  // It comes with the workspace of the console, beside a TypeScript of its own.
  const ofWorkspace = createRequire(`${ROOT}/web/package.json`)
  const { default: transform, astToString } = ofWorkspace('openapi-typescript') as OpenapiTypescript
  return astToString(await transform(document))
}
