import { resolve } from 'node:path'
import type { ConsoleOptions } from '#api/create-api.ts'
import about from '#package.json' with { type: 'json' }
import type { Config } from '#runtime/config.ts'

/** Where `npm run build` puts the console. */
export const CONSOLE_FOLDER = resolve(import.meta.dirname, '../../web/dist')

/** The console as it was built, with what it is told of the city. */
export const consoleParts = ({ console, city }: Config): ConsoleOptions => ({
  config: console,
  timeZone: city.timeZone,
  version: about.version,
  folder: CONSOLE_FOLDER,
})
