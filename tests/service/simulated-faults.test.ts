import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { days, epochMs, milliseconds, minutes, seconds } from '#model/time.ts'
import { type FleetProgress, type RunOptions, runFleet } from '#simulator/fleet/run-fleet.ts'
import type { Act } from '#simulator/network/act.ts'
import { acts } from '#simulator/run/acts.ts'
import { planRun } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { scenarioOf } from '#simulator/scenario/scenario-of.ts'
import { parseEndpoint } from '#simulator/transport/endpoint.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import { createWorld } from '#simulator/world/world.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  ADMIN_TOKEN,
  everyItem,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

let folder: ScratchFolder
let service: ServiceProcess
let webSocketPort = 0

beforeAll(async () => {
  folder = await scratchFolder()
  webSocketPort = await freePort()
  service = spawnService({
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    MQTT_WS_PORT: String(webSocketPort),
  })
  await untilReady(service)
}, 90_000)

afterAll(async () => {
  service.kill('SIGTERM')
  await service.ended
  await folder[Symbol.asyncDispose]()
}, 60_000)

const PATIENCE_MS = 90_000
const often = (lasts: string) => ({
  share: 0.3,
  every: { exponential: '5m' },
  lasts: { exponential: lasts },
})

/** Twenty minutes in which all goes wrong that can, in ten seconds. */
const ALL_FAULTS: Scenario = scenarioOf({
  id: 'everything',
  title: { en: 'everything', zh: '全部' },
  city: { seed: 'faults' },
  fleet: { devices: 60, rate: 4, byChange: true },
  duration: '20m',
  speed: 120,
  incidents: {
    random: { every: { exponential: '1m' }, causes: ['cover-displaced', 'bin-fire', 'lid-open'] },
  },
  sensors: {
    bias: { share: 0.2, size: 2 },
    drift: { share: 0.2, perDay: 5 },
    stuck: often('2m'),
    spikes: { share: 0.3, chance: 0.05, size: 20 },
    flatBattery: { share: 0.1 },
    fix: {
      error_m: 20,
      dropout: often('1m'),
      jump: { share: 0.3, chance: 0.05, distance_m: 400 },
      shifted: { share: 0.2, system: 'GCJ-02' },
    },
    clock: {
      drift: { share: 0.2, ppm: 500 },
      reset: { ...often('1m'), share: 0.1 },
      zone: { share: 0.1, offset_h: 8 },
    },
  },
  network: {
    loss: 0.02,
    delay: { lognormal: { median: '2s', spread: 2 } },
    duplicate: 0.05,
    reorder: { share: 0.05, by: { exponential: '30s' } },
    outages: [
      { ...often('1m'), flush: 'doubled', array: 5 },
      { share: 0.4, at: '8m', lasts: { constant: '4m' }, around: 'one-cell', flush: 'reversed' },
      { share: 0.1, at: '5m', lasts: { constant: '1m' }, flush: 'none' },
      { share: 0.1, at: '18m', lasts: { uniform: ['1m', '1h'] } },
    ],
    storms: [
      { at: '6m', share: 0.8 },
      { at: '14m', share: 1 },
    ],
    halfOpen: { share: 0.3, every: { exponential: '8m' } },
    clones: [{ at: '10m', lasts: '3m', devices: 3 }],
    malformed: 0.02,
    oversize: 0.002,
    floods: [{ at: '4m', lasts: '20s', devices: 2, rate: 20 }],
  },
})

interface Reached {
  readonly summary: FleetProgress
  readonly truth: readonly TruthLine[]
  readonly acts: readonly Act[]
}

/** Runs it, and works out anew what must have been said. */
async function run(scenario: Scenario, options: Partial<RunOptions> = {}): Promise<Reached> {
  const { duration } = scenario
  const fleet = runFleet({
    scenario,
    duration,
    endpoint: { host: '127.0.0.1', port: service.mqttPort },
    service: { url: service.api, token: ADMIN_TOKEN },
    // What a clock of another zone says lies ahead of now beyond doubt.
    start: epochMs(Date.now() - 3 * 3_600_000),
    drain: seconds(30),
    ...options,
  })
  const summary = await fleet.finished
  const truth = [...fleet.truth()]
  const [head] = truth
  if (head?.type !== 'run') throw new Error('no run')
  const plan = planRun({ scenario, startedAt: epochMs(Date.parse(head.startedAt)), duration })
  return { summary, truth, acts: [...acts(plan, createWorld(plan), WHOLE)] }
}

interface Said {
  readonly deviceId: string
  readonly measuredAt: number
}

/** Every reading that was handed over, as often as it was. */
const saidBy = (all: readonly Act[]): readonly Said[] =>
  all.flatMap((act) => {
    if (act.type === 'publish' || (act.type === 'noise' && act.noise === 'flood')) {
      const told = JSON.parse(act.payload.toString()) as Said | Said[]
      return [told].flat().map(({ measuredAt }) => ({ deviceId: act.device.id, measuredAt }))
    }
    return []
  })

const name = ({ deviceId, measuredAt }: Said): string => `${deviceId} ${measuredAt}`

const isAcceptable = ({ measuredAt }: Said): boolean =>
  measuredAt > Date.now() - days(30) && measuredAt <= Date.now() + minutes(5)

async function stored(ids: Iterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for (const deviceId of ids) {
    const path = `/api/v1/devices/${deviceId}/readings`
    const items = await everyItem<{ measuredAt: string; seq: number }>(service, path)
    expect(items.every(({ seq }) => seq === 0)).toBe(true)
    found.push(
      ...items.map(({ measuredAt }) => name({ deviceId, measuredAt: Date.parse(measuredAt) })),
    )
  }
  return found
}

async function quarantined(): Promise<ReadonlyMap<string, number>> {
  const entries = await everyItem<{ reasons: readonly { code: string }[] }>(
    service,
    '/api/v1/quarantine',
  )
  const codes = entries.map(({ reasons }) => reasons.map(({ code }) => code).join())
  return new Map([...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]))
}

describe('with all faults on', () => {
  test(
    'the service stores exactly the readings that reached it, and rubbish is in the quarantine by its reason',
    async () => {
      const { summary, acts: all, truth } = await run(ALL_FAULTS)
      // Of what cannot fail to come through, all has come through.
      expect(summary.acknowledged).toBe(summary.published)
      expect(summary.published).toBe(all.filter(({ type }) => type === 'publish').length)
      expect(summary.lost).toBe(all.filter(({ type }) => type === 'lost').length)
      expect(summary.connectionsLost).toBeGreaterThan(60)
      for (const type of ['lost', 'noise', 'down', 'up', 'cut', 'freeze', 'clone']) {
        expect(
          all.some((act) => act.type === type),
          type,
        ).toBe(true)
      }
      const said = saidBy(all)
      const expected = new Set(said.filter(isAcceptable).map(name))
      expect(expected.size).toBeGreaterThan(3_000)
      const found = await stored(new Set(all.map(({ device }) => device.id)))
      expect(found.toSorted()).toEqual([...expected].toSorted())

      const malformed = all.filter((act) => act.type === 'noise' && act.noise === 'malformed')
      const bad = said.filter((one) => !isAcceptable(one))
      const future = bad.filter(({ measuredAt }) => measuredAt > Date.now()).length
      const codes = await quarantined()
      expect([...codes.keys()].toSorted()).toEqual([
        'not-json',
        'not-utf8',
        'time-future',
        'time-too-old',
      ])
      const atLeast = (code: string): number => codes.get(code) ?? 0
      const rubbish = atLeast('not-json') + atLeast('not-utf8')
      // What was on its way when a connection broke is sent again, and may have come before.
      expect(rubbish).toBeGreaterThanOrEqual(malformed.length)
      expect(rubbish).toBeLessThanOrEqual(malformed.length + summary.resent)
      expect(atLeast('time-future')).toBeGreaterThanOrEqual(future)
      expect(atLeast('time-too-old')).toBeGreaterThanOrEqual(bad.length - future)
      const faults = truth.flatMap((line) => (line.type === 'fault' ? line.fault : []))
      expect(faults).toEqual(expect.arrayContaining(['clock-reset', 'clock-zone', 'stuck']))
    },
    PATIENCE_MS,
  )
})

describe('over WebSocket, in two threads', () => {
  test(
    'what was sent is stored, and the truth counts it',
    async () => {
      const scenario: Scenario = {
        ...ALL_FAULTS,
        city: { seed: 'ws', from: 'seed' },
        speed: null,
        duration: milliseconds(300_000),
        sensors: scenarioOf({
          id: 'no-faults',
          title: { en: 'x', zh: 'x' },
          fleet: { devices: 1 },
          duration: '1h',
        }).sensors,
        network: { ...ALL_FAULTS.network, malformed: 0, oversize: 0, clones: [], outages: [] },
      }
      const {
        summary,
        acts: all,
        truth,
      } = await run(scenario, {
        workers: 2,
        endpoint: parseEndpoint(`ws://127.0.0.1:${webSocketPort}/mqtt`),
      })
      expect(summary.acknowledged).toBe(summary.published)
      const expected = new Set(saidBy(all).map(name))
      const found = await stored(new Set(all.map(({ device }) => device.id)))
      expect(found.toSorted()).toEqual([...expected].toSorted())
      const seen = truth.flatMap((line) => (line.type === 'incident' ? line.phenomena : []))
      for (const { measured, sent, lost } of seen) expect(sent + lost).toBe(measured)
    },
    PATIENCE_MS,
  )
})
