import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** `npm run pictures -- [options]`: taken beside the tests of the console. */
const file = resolve('tests', 'console', 'pictures', 'take.ts')
process.argv.splice(1, 1, file)
await import(pathToFileURL(file).href)
