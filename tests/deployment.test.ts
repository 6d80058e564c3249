import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig, SETTINGS } from '#runtime/config.ts'

const settings = new Set<string>(
  Object.values(SETTINGS).flatMap((group) => Object.values(group).map(({ name }) => name)),
)

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        environment: Record<string, string>
        depends_on?: Record<string, unknown>
        read_only?: boolean
        tmpfs?: readonly string[]
        cap_drop?: readonly string[]
        security_opt?: readonly string[]
        volumes?: readonly string[]
        privileged?: boolean
      }
    >
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

test('the container may write to its data alone, and may do nothing that root may', () => {
  const { wanmi, database } = (parse(readFileSync('docker-compose.yml', 'utf8')) as Compose)
    .services
  expect(wanmi).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: ['data:/data'],
  })
  expect(wanmi?.tmpfs?.[0]).toMatch(/^\/tmp:.*noexec/)
  expect(database?.security_opt).toContain('no-new-privileges:true')
  expect([wanmi, database].some((service) => service?.privileged)).toBe(false)
})

test('the image is built without install scripts, and holds no secret', () => {
  const text = readFileSync('Dockerfile', 'utf8')
  expect(text).toMatch(/^RUN npm ci --omit=dev --ignore-scripts$/m)
  expect(text).not.toMatch(/^(ENV|ARG) .*(TOKEN|PASSWORD|SECRET|DATABASE_URL)/m)
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n')
  for (const name of ['.git', '.data', 'node_modules']) expect(ignored).toContain(name)
})

const UNIT = readFileSync('docs/operations/wanmi.service', 'utf8')

const unitValues = (name: string): readonly string[] =>
  [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '')

test('the unit of systemd sets only settings that exist, and starts what is there', () => {
  const set = unitValues('Environment').flatMap((value) => value.split(' '))
  const names = set.map((each) => each.split('=')[0] ?? '')
  expect(names.filter((name) => !settings.has(name))).toEqual(['NODE_ENV'])
  const [folder = ''] = unitValues('WorkingDirectory')
  const [program = '', script = ''] = (unitValues('ExecStart')[0] ?? '').split(' ')
  expect(existsSync(program.replace(`${folder}/`, ''))).toBe(true)
  expect(existsSync(script)).toBe(true)
})

test('the unit of systemd gives what the service needs, and nothing that root may', () => {
  const { connectionsMax } = readConfig({}).mqtt
  expect(Number(unitValues('LimitNOFILE')[0])).toBeGreaterThanOrEqual(connectionsMax + 500)
  expect(Number(unitValues('TimeoutStopSec')[0])).toBeGreaterThan(10)
  expect(unitValues('KillMode')).toEqual(['mixed'])
  expect(unitValues('User')).toEqual(['wanmi'])
  expect(unitValues('CapabilityBoundingSet')).toEqual([''])
  expect(unitValues('ProtectSystem')).toEqual(['strict'])
  expect(unitValues('NoNewPrivileges')).toEqual(['yes'])
})
