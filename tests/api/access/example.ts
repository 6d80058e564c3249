import type { Town } from './two-districts.ts'

/** How a route is asked about what lies in a district. */
export interface Example {
  readonly url: (of: Town) => string
  readonly body?: (of: Town) => object | string
  readonly headers?: Readonly<Record<string, string>>
  /** Answers without an end: only its refusals are asked for here. */
  readonly isStream?: true
}

/** With the body and headers it needs, where it needs any. */
export const at = (
  url: Example['url'],
  body?: Example['body'],
  headers?: Example['headers'],
): Example => ({
  url,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
})

/** The same wherever it is asked. */
export const plain = (path: string, body?: Example['body']): Example => at(() => path, body)
