import { existsSync, globSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** `npm run bench -- NAME [options]`: runs one of the benches in `bench/`. */
const BENCHES = [
  'ingest',
  'paced',
  'connections',
  'naive',
  'copy',
  'decode',
  'fold',
  'idle',
  'backtest',
  'simulate',
  'jitter',
  'river',
  'restart',
  'memory',
  'windows',
  'cases',
  'reads',
  'live',
  'fuzz',
  'abuse',
  'spool',
  'console',
] as const

const [name = '', ...rest] = process.argv.slice(2)
const file = resolve('bench', `${name}.ts`)
if (!BENCHES.some((known) => known === name) || !existsSync(file)) {
  const known = globSync('bench/*.ts').map((path) => basename(path, '.ts'))
  console.error(`npm run bench -- ${BENCHES.filter((each) => known.includes(each)).join(' | ')}`)
  process.exit(2)
}
process.argv.splice(1, process.argv.length, file, ...rest)
await import(pathToFileURL(file).href)
