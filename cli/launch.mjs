// Plain JavaScript on purpose: it must be understood by every Node, to say that this one is too old.

import { resolve } from 'node:path'
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

process.argv.splice(1, process.argv.length, command, ...rest)
await import(pathToFileURL(resolve(import.meta.dirname, `${command}.ts`)).href)
