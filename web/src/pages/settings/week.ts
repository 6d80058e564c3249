/** The days of a week as the work calendar names them, from Monday. */
export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** And the hours of a make-up day, whatever its weekday. */
export const WORK_DAYS = [...WEEK, 'makeUp'] as const
