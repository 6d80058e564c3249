import { type Logger, pino } from 'pino'

export type { Logger }

/** JSON lines on standard error: standard output is left to what a command was asked for. */
export const createLogger = (level: string): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['secret', '*.secret', 'password', '*.password', 'token', '*.token', 'authorization'],
    },
    pino.destination({ dest: 2, sync: true }),
  )

/** A logger that says nothing, for tests and one-off commands. */
export const silentLogger: Logger = pino({ level: 'silent' })
