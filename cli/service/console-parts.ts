import { resolve } from 'node:path'
import type { ApiOptions } from '#api/api-ports.ts'
import about from '#package.json' with { type: 'json' }
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import { systemParts } from './system-parts.ts'

/** Where `npm run build` puts the console. */
export const CONSOLE_FOLDER = resolve(import.meta.dirname, '../../web/dist')

/** The console as it was built, with what it is told of the city, and what it shows of the service. */
export const consoleParts = (
  config: Config,
  clock: Clock,
): Pick<ApiOptions, 'console' | 'system'> => ({
  console: {
    config: config.console,
    timeZone: config.city.timeZone,
    version: about.version,
    folder: CONSOLE_FOLDER,
  },
  system: systemParts(config, clock),
})
