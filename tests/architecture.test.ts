import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** Which room may import which. `types:` stands for types alone. Nothing imports cli or main. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  rules: ['model'],
  cases: ['model'],
  runtime: ['model'],
  broker: ['model', 'runtime'],
  ingest: ['model', 'runtime'],
  monitor: ['model', 'runtime', 'rules', 'cases'],
  files: ['model', 'runtime'],
  outbox: ['model', 'runtime'],
  spool: ['model', 'runtime'],
  store: ['model', 'runtime', 'types:rules', 'types:cases'],
  api: ['model', 'runtime', 'types:rules', 'types:cases'],
  simulator: ['model', 'runtime'],
  web: ['model'],
}

/** Rooms of their own right that may use everything. */
const OPEN_ROOMS = ['cli', 'main.ts', 'tests', 'bench', 'vitest.config.ts']

/** Packages only one room may know. */
const OWNED: Readonly<Record<string, string>> = {
  aedes: 'broker',
  pg: 'store',
  'pg-copy-streams': 'store',
  kysely: 'store',
  s3mini: 'files',
  'file-type': 'files',
  fastify: 'api',
  '@fastify/cookie': 'api',
  '@fastify/static': 'api',
  '@fastify/helmet': 'api',
  '@fastify/rate-limit': 'api',
  '@fastify/swagger': 'api',
  '@fastify/swagger-ui': 'api',
  'openid-client': 'api',
}

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
  readonly typeOnly: boolean
}

const FILES = globSync('**/*.{ts,vue}', {
  // What is generated is nobody's to read.
  exclude: (name) => ['node_modules', '.data', 'dist'].includes(name) || name.endsWith('.d.ts'),
}).map((file) => file.replaceAll('\\', '/'))

const roomOf = (file: string): string => file.split('/')[0] ?? file

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const pattern =
    /^(?:import|export)\s+(?<type>type\s)?(?:[\w$*\s{},]+?\sfrom\s+)?['"](?<target>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]/gm
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    target: match.groups?.['target'] ?? match.groups?.['dynamic'] ?? '',
    typeOnly: match.groups?.['type'] !== undefined,
  }))
}

/** Why an import may not be; undefined when it may. */
function faultOf({ file, target, typeOnly }: Import): string | undefined {
  const room = roomOf(file)
  if (target.startsWith('../')) return 'goes up: write #room/file.ts'
  if (target.startsWith('./') || target.startsWith('node:')) return undefined
  if (!target.startsWith('#')) return ownerFault(room, target)
  const other = roomOf(target.slice(1))
  if (other === room || OPEN_ROOMS.includes(room)) return undefined
  const allowed = ROOMS[room] ?? []
  if (allowed.includes(other)) return undefined
  if (allowed.includes(`types:${other}`)) {
    return typeOnly ? undefined : `${room} may import only types of ${other}`
  }
  return `${room} may not import ${other}`
}

function ownerFault(room: string, target: string): string | undefined {
  const name = target.startsWith('@')
    ? target.split('/').slice(0, 2).join('/')
    : target.split('/')[0]
  const owner = OWNED[name ?? '']
  if (!owner || owner === room || OPEN_ROOMS.includes(room)) return undefined
  return `only ${owner} knows ${name}`
}

test('every room imports only what the house allows', () => {
  const faults = FILES.flatMap(importsOf).flatMap((each) => {
    const fault = faultOf(each)
    return fault ? [`${each.file}:${each.line} ${each.target}: ${fault}`] : []
  })
  expect(faults).toEqual([])
})

test('every file stands in a room of the house', () => {
  const strangers = FILES.filter(
    (file) => !(roomOf(file) in ROOMS) && !OPEN_ROOMS.includes(roomOf(file)),
  )
  expect(strangers).toEqual([])
})

test('every import of ours names a file that is there', () => {
  const missing = FILES.flatMap(importsOf)
    .filter(({ target }) => target.startsWith('#') || target.startsWith('./'))
    .filter(({ file, target }) =>
      target.startsWith('#')
        ? !existsSync(target.slice(1))
        : !existsSync(join(dirname(file), target)),
    )
  expect(missing).toEqual([])
})

test('pure rooms have no clock, no chance, no waiting and no console', () => {
  const impure = /\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|\bconsole\.|performance\./
  const faults = FILES.filter((file) => ['model', 'rules', 'cases'].includes(roomOf(file))).filter(
    (file) => impure.test(readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
  )
  expect(faults).toEqual([])
})

test('no module of the service keeps what changes: two services, or two files of tests, share it', () => {
  const rooms = Object.keys(ROOMS).filter((room) => room !== 'web' && room !== 'simulator')
  const keepers = FILES.filter(
    (file) =>
      rooms.includes(roomOf(file)) && /^(?:export )?(?:let|var) /m.test(readFileSync(file, 'utf8')),
  )
  expect(keepers).toEqual([])
})

test('no file of ours grows past what can be read in one go', () => {
  const long = FILES.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301)
  expect(long).toEqual([])
})
