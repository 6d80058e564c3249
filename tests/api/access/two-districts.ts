import { Readable } from 'node:stream'
import type { Attachment } from '#model/attachment.ts'
import type { Device } from '#model/device.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { type Caller, openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import {
  change,
  commit,
  episode,
  NOON,
  proposal,
  reading,
  rejection,
  uuid,
} from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { tiltRule } from '#tests/support/rule-language.ts'
import { explainerOf } from './explainer-of.ts'

/** What lies in one district, by name. */
export interface Town {
  readonly name: string
  readonly district: string
  readonly grid: ReturnType<typeof square>
  readonly place: { readonly lon_deg: number; readonly lat_deg: number }
  /** A sewer in its unit grid and of its network. */
  readonly line: string
  /** An attachment of its case. */
  readonly photo: string
  /** One of its unit grid alone. */
  readonly dutyGrid: string
  /** The group of its devices. */
  readonly network: string
  /** On parts, in the grid; the last one only by the district of its part. */
  readonly devices: readonly string[]
  readonly parts: readonly string[]
  /** A device and a part that might be there. */
  readonly wanted: { readonly device: string; readonly part: string }
  /** Of its devices, in their order. */
  readonly episodes: readonly string[]
  /** What other tables keep of it. Filled in when the district is built. */
  readonly made: { command: string; quarantined: string; case: string; trial: string }
}

function town(name: string, district: string, x: number, base: number): Town {
  const numbers = [1, 2, 3]
  return {
    name,
    district,
    grid: square(`${district}001001001`, x, 3_502),
    place: { lon_deg: (x + 0.5) / 100, lat_deg: 35.025 },
    line: `${name}-sewer`,
    photo: uuid(base + 20),
    dutyGrid: `${name}-duty`,
    network: `${name}-net`,
    devices: numbers.map((number) => `${name}-cover-${number}`),
    parts: numbers.map((number) => `${district}0101${String(base + number).padStart(6, '0')}`),
    wanted: { device: `${name}-new`, part: `${district}0101${base}777` },
    episodes: numbers.map((number) => uuid(base + number)),
    made: {
      command: uuid(base + 10),
      quarantined: uuid(base + 11),
      case: uuid(base + 12),
      trial: uuid(base + 13),
    },
  }
}

export const alpha = town('alpha', '140802', 11_099, 100)
export const beta = town('beta', '140803', 11_299, 200)
/** Where alpha is, but there is nothing of it. */
export const ghost: Town = {
  ...town('ghost', '140802', 11_099, 900),
  grid: { ...alpha.grid, code: '140802001001999' },
}

export const RULE = 'cover-askew'
/** In no area and no network. */
export const NOWHERE = 'nowhere-cover'

/** Two districts with three of everything in each, and a caller for every sort of account. */
export async function openTwoDistricts() {
  const takeovers = [...alpha.devices, ...beta.devices, NOWHERE].map((deviceId) => ({
    deviceId,
    at: NOON,
    fromAddress: '10.0.0.1',
    toAddress: '10.0.0.2',
  }))
  const api: TestApi = await openTestApi({
    attachments: {
      ...NO_UPLOADS,
      find: (id) => Promise.resolve([alpha, beta].map(photoOf).find((photo) => photo.id === id)),
      mayRead: ({ caseId }, { scope }) =>
        createCaseQueries(api.registry.pool).sees(caseId as string, scope),
    },
    connections: {
      connectionOf: () => undefined,
      takeovers: () => takeovers,
      nuisances: () => [],
    },
    explainer: explainerOf(RULE, [alpha, beta]),
  })
  await api.registry.devices.create({ id: NOWHERE, kind: 'manhole-cover' })
  for (const each of [alpha, beta]) await build(api, each)
  await commitAll(api)
  await api.call('PUT', `/api/v1/rules/${RULE}`, { document: tiltRule(15) })
  for (const each of [alpha, beta]) await keep(api, each)
  return api
}

const NO_UPLOADS = {
  upload: () => Promise.reject(new Error('nothing is uploaded here')),
  content: () => Promise.resolve(Readable.from([Buffer.from('photo')])),
  devices: { find: () => undefined, check: () => Promise.resolve('unknown' as const) },
}

const photoOf = ({ name, photo, made }: Town): Attachment => ({
  id: photo,
  sha256: '00'.repeat(32),
  mediaType: 'image/png',
  size_bytes: 5,
  originalName: `${name}.png`,
  uploadedBy: { accountId: null, deviceId: null, name: 'test' },
  uploadedAt: NOON,
  shotAt: null,
  place: null,
  stage: null,
  caseId: made.case,
})

export const lineIn = ({ place: { lon_deg, lat_deg } }: Town) => ({
  type: 'LineString' as const,
  coordinates: [
    [lon_deg - 0.003, lat_deg],
    [lon_deg + 0.003, lat_deg],
  ],
})

async function build(api: TestApi, of: Town): Promise<void> {
  const { grid, place, parts, devices, network } = of
  await api.registry.grids.create(grid)
  await api.registry.lines.put({
    id: of.line,
    class: 'sewer',
    group: network,
    geometry: lineIn(of),
  })
  for (const [index, id] of devices.entries()) {
    const partId = parts[index] as string
    const isPlaced = index < devices.length - 1
    await api.registry.parts.create({ id: partId, name: `part of ${network}`, ...place })
    await api.registry.devices.create({
      id,
      kind: 'manhole-cover',
      group: network,
      partId,
      ...(isPlaced ? place : {}),
    })
  }
}

/** Readings, episodes with their cases, and refused messages. */
async function commitAll(api: TestApi): Promise<void> {
  const { pool } = api.registry
  const database = { connection: pool.options, timescale: false }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(database, options, silentLogger)
  const towns = [alpha, beta]
  const each = towns.flatMap((of) => of.devices.map((id, index) => ({ of, id, index })))
  const deviceOf = (id: string): Device => api.registry.directory.find(id) as Device
  const numberOf = (id: string): number => Number(id.slice(-12))
  await committer.commit(
    commit(committer.lastNumber + 1, {
      readings: each.flatMap(({ id }) =>
        [0, 1, 2].map((step) => reading(deviceOf(id), NOON + step * 1_000, { tilt_deg: step })),
      ),
      rejections: each.map(({ id, index }) =>
        rejection({ deviceId: id, receivedAt: epochMs(NOON + index) }),
      ),
      episodes: each.map(({ of, id, index }) =>
        change(
          episode(numberOf(of.episodes[index] as string), {
            deviceId: id,
            startedAt: epochMs(NOON + index),
          }),
          proposal({
            objectId: of.parts[index] as string,
            partId: of.parts[index] as string,
            deviceId: id,
            district: of.district,
            gridCode: of.grid.code,
            network: of.network,
          }),
        ),
      ),
    }),
  )
  await committer.close()
}

/** What only the API makes: commands, overrides and trials. */
async function keep(api: TestApi, of: Town): Promise<void> {
  const [device] = of.devices as [string]
  for (let count = 0; count < 3; count += 1) {
    const sent = await api.call('POST', `/api/v1/devices/${device}/commands`, { name: 'look' })
    of.made.command = sent.body.id
  }
  for (const [code, unitGrids] of [
    [of.dutyGrid, [of.grid.code]],
    ['everywhere', [alpha.grid.code, beta.grid.code]],
    ['nowhere', []],
  ] as const) {
    await api.call('PUT', `/api/v1/duty-grids/${code}`, { title: code, unitGrids })
  }
  const refused = await api.call('GET', `/api/v1/quarantine?deviceId=${device}`)
  of.made.quarantined = refused.body.items[0].id
  const cases = await api.call('GET', `/api/v1/cases?deviceId=${device}`)
  of.made.case = cases.body.items[0].id
  for (const [scope, key] of [
    ['device', device],
    ['group', of.network],
    ['grid', of.grid.code],
  ]) {
    const body = { param: 'angle_deg', scope, key, value: 20 }
    await api.call('PUT', `/api/v1/rules/${RULE}/overrides`, body)
  }
  const engineer = await api.signIn({ roles: ['engineer'], scope: inArea(of) })
  of.made.trial = (await engineer.call('POST', '/api/v1/backtests', trialOf(of))).body.id
}

export const inArea = ({ district }: Town) => ({
  areas: [district],
  networks: null,
  departments: null,
})
export const inNetwork = ({ network }: Town) => ({
  areas: null,
  networks: [network],
  departments: null,
})

export const trialOf = ({ devices }: Town) => ({
  rule: { document: tiltRule(15) },
  from: '2026-11-23T00:00:00Z',
  to: '2026-11-24T00:00:00Z',
  where: { device: [...devices] },
})

export type { Caller }
