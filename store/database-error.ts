import {
  Broken,
  isWanmiError,
  messageOf,
  Rejected,
  Unavailable,
  type WanmiError,
} from '#model/error.ts'

/** The SQLSTATE of an error that came from the server; undefined for one of the connection. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object)
    ? code
    : undefined
}

export const UNIQUE_VIOLATION = '23505'
export const CHECK_VIOLATION = '23514'

/**
 * What an error of `pg` means for the caller. Values at fault (data exceptions, violated
 * constraints and exceeded limits, classes 22, 23 and 54) are refused for good; a statement that does not fit the tables is
 * a defect of ours; everything else (connection lost, timeouts, disk full, shutting down, too many
 * connections, deadlocks) may pass.
 */
export function databaseError(error: unknown): WanmiError {
  if (isWanmiError(error)) return error
  const state = sqlState(error)
  const detail = { sqlState: state, constraint: (error as { constraint?: string }).constraint }
  const reason = messageOf(error)
  if (state !== undefined && /^(?:22|23|54)/.test(state)) {
    return new Rejected('database-refused', `the database refuses a value: ${reason}`, {
      detail,
      cause: error,
    })
  }
  if (state?.startsWith('42') && state !== '42501') {
    return new Broken('internal', `a statement does not fit the database: ${reason}`, {
      detail,
      cause: error,
    })
  }
  return new Unavailable('database-unavailable', `the database is not available: ${reason}`, {
    detail,
    cause: error,
  })
}
