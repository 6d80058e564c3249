import type { components } from './schema.d.ts'

export type ProblemDocument = components['schemas']['Problem']

/** A request that was answered with a problem document, or not at all. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: string
  readonly status: number
  readonly errors: NonNullable<ProblemDocument['errors']>

  constructor(
    document: Omit<Partial<ProblemDocument>, 'code'> & { readonly code: string },
    options?: ErrorOptions,
  ) {
    super(document.detail ?? document.title ?? document.code, options)
    this.code = document.code
    this.status = document.status ?? 0
    this.errors = document.errors ?? []
  }
}

/** Answers what a request gave. @throws Problem where it gave none */
export async function answerOf<Data>(
  request: Promise<{
    readonly data?: Data | undefined
    readonly error?: unknown
    readonly response: Response
  }>,
): Promise<Data> {
  let settled: Awaited<typeof request>
  try {
    settled = await request
  } catch (cause) {
    throw new Problem({ code: 'unreachable', status: 0 }, { cause })
  }
  const { data, error, response } = settled
  if (response.ok) return data as Data
  throw problemOf(error, response.status)
}

function problemOf(error: unknown, status: number): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return new Problem(error as ProblemDocument)
  }
  return new Problem({ code: 'unreachable', status })
}
