import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { SETTINGS } from '#runtime/config.ts'

const settings = new Set<string>(
  Object.values(SETTINGS).flatMap((group) => Object.values(group).map(({ name }) => name)),
)

interface Compose {
  readonly services: Readonly<
    Record<string, { environment: Record<string, string>; depends_on?: Record<string, unknown> }>
  >
  readonly volumes: Readonly<Record<string, unknown>>
}

test('the compose file is valid and sets only settings that exist', () => {
  const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as Compose
  const { wanmi, database } = compose.services
  expect(Object.keys(wanmi?.environment ?? {}).filter((name) => !settings.has(name))).toEqual([])
  expect(Object.keys(wanmi?.depends_on ?? {})).toEqual(['database'])
  expect(database?.environment['POSTGRES_DB']).toBe('wanmi')
})

test('the Dockerfile copies every room that runs, and nothing that is not there', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n')
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(/\s+/).slice(1, -1))
  expect(copied.filter((path) => !existsSync(path))).toEqual([])
  const rooms = new Set(
    globSync('*/**/*.ts', { exclude: isElsewhere }).map((file) => file.split('/')[0]),
  )
  expect([...rooms].filter((room) => !copied.includes(room ?? ''))).toEqual([])
})

const isElsewhere = (name: string): boolean =>
  ['node_modules', '.data', 'dist', 'tests', 'bench'].includes(name)

test('the container runs as an ordinary user', () => {
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER node$/m)
})
