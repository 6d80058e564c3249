import { messageOf } from '#model/error.ts'
import { buildConsole } from './console/build-console.ts'
import { FIRST_LOAD_LIMIT_BYTES, firstLoad } from './console/console-sizes.ts'

/** `npm run build`: the console, ready to be served. */
try {
  await buildConsole()
  const bytes = [...(await firstLoad()).values()].reduce((sum, size) => sum + size, 0)
  const kib = (size: number): string => `${Math.round(size / 1_024)} KiB`
  console.log(
    `The console is built into web/dist; its first load is ${kib(bytes)} of at most ` +
      `${kib(FIRST_LOAD_LIMIT_BYTES)} (JavaScript by gzip, the map apart)`,
  )
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
