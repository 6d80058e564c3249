import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** `npm run chaos -- [options]`: the campaign, which is kept beside the tests. */
const file = resolve('tests', 'chaos', 'campaign.ts')
process.argv.splice(1, 1, file)
await import(pathToFileURL(file).href)
