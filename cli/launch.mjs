// Plain JavaScript on purpose: it must be understood by every Node, to say that this one is too old.

import module from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const OLDEST = 24
const [command, ...rest] = process.argv.slice(2)
const major = Number(process.versions.node.split('.')[0])

if (major < OLDEST) {
  console.error(
    `Wanmi needs Node ${OLDEST} or newer and this is Node ${process.versions.node}. ` +
      'Run it through npm (npm start, npm run demo): `npm ci` brings the right Node along.',
  )
  process.exit(1)
}

// What was read once is compiled already at the next start, which halves it. Where the folder cannot
// be written to, as in a container, nothing is kept and nothing is said.
module.enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'wanmi'))

process.argv.splice(1, process.argv.length, command, ...rest)
await import(pathToFileURL(resolve(import.meta.dirname, `${command}.ts`)).href)
