/**
 * Every error Wanmi throws on purpose. The family tells the caller what to do; the code is stable
 * and documented in `docs/errors.md`.
 */
export const ERROR_CODES = {
  'invalid-input':
    'The request or file does not have the stated form; the detail names each fault.',
  'not-found': 'There is no such object.',
  conflict: 'An object of that identity exists already, or its state does not allow the change.',
  unauthorized:
    'Nobody is signed in: the token, session, login name or password is missing or wrong.',
  forbidden: 'Whoever asks may not do this; the detail says which role may.',
  'cross-site':
    'The request may come from another site: its origin or its x-csrf-token is not that of the session.',
  'password-due': 'The password has to be changed before anything else can be done.',
  'too-many-attempts': 'Too many sign-ins failed; the detail says when to try again.',
  'too-many-requests':
    'One address, token or session asks more often than it may; the detail says when to go on.',
  'too-large': 'The request is larger than the configured limit.',
  'unsupported-media': 'The content type is not one this address takes.',
  'not-ready': 'The service is starting, stopping or waiting for its database; try again.',
  'database-unavailable': 'The database cannot be reached or refuses work for now; try again.',
  'database-refused': 'The database refuses these values; the same values will be refused again.',
  'database-schema':
    'The tables of the database do not fit this version of Wanmi; the detail names the migration.',
  'database-fenced': 'Another Wanmi process has taken over this database; this one must stop.',
  'port-in-use': 'Another process listens on the port Wanmi was told to use.',
  'data-directory': 'The data directory cannot be used; the detail says why.',
  'disk-full': 'The disk that holds the data directory is full, or almost.',
  'provider-unreachable':
    'The provider of OpenID Connect does not answer, or not as it should; try again.',
  'storage-unavailable':
    'The place where files are kept cannot be reached or refuses work for now; try again.',
  'service-unreachable':
    'Wanmi does not answer at the stated address, or stopped answering; try again.',
  'broker-refused': 'The MQTT broker turned the device away; the detail has its return code.',
  'bad-configuration': 'A setting has a value it cannot have; each fault is named.',
  internal: 'An invariant of Wanmi failed. This is a defect; the log has the cause.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface ErrorOptions {
  /** Structured facts for programs and logs; never secrets or payloads. */
  readonly detail?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

abstract class WanmiError extends Error {
  readonly code: ErrorCode
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = new.target.name
    this.code = code
    this.detail = options.detail ?? {}
  }
}

/** The input is at fault; trying again with the same input fails again. */
export class Rejected extends WanmiError {}

/** Something outside is down; trying again later may succeed. */
export class Unavailable extends WanmiError {}

/** Our own invariant failed, or this process must not go on. */
export class Broken extends WanmiError {}

export type { WanmiError }

/** True for each of the three families. */
export const isWanmiError = (error: unknown): error is WanmiError => error instanceof WanmiError

/** The text of anything thrown, for a log line or a sentence to an operator. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
