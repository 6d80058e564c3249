import {
  Broken,
  type ErrorCode,
  isWanmiError,
  messageOf,
  Rejected,
  Unavailable,
} from '#model/error.ts'

/** An error as it goes from one thread to another: a class does not. */
export interface ErrorFacts {
  readonly family: string
  readonly code: ErrorCode
  readonly message: string
  readonly detail: Readonly<Record<string, unknown>>
  /** What was thrown, as far as it can be sent; its trace tells where. */
  readonly cause: Error
}

const FAMILIES = { Rejected, Unavailable, Broken } as const

export function factsOf(error: unknown): ErrorFacts {
  const cause = error instanceof Error ? error : new Error(messageOf(error))
  if (!isWanmiError(error)) {
    return { family: 'Broken', code: 'internal', message: cause.message, detail: {}, cause }
  }
  const { name, code, message, detail } = error
  return { family: name, code, message, detail, cause }
}

export function errorOf({ family, code, message, detail, cause }: ErrorFacts): Error {
  const Family = FAMILIES[family as keyof typeof FAMILIES]
  return new Family(code, message, { detail, cause })
}
