import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldLevels } from '#bench/river/fold-levels.ts'
import { intervalsAbove, tidalLevels } from '#bench/river/level-series.ts'
import { thresholdRule, throughService } from '#bench/river/through-service.ts'
import { epochMs } from '#model/time.ts'
import { fraction, splitRandom } from '#simulator/random/random.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  ADMIN_TOKEN,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

const MARK_MM = 1_500
const random = splitRandom('tidal river')
const chance = (): number => fraction(random)
const levels = tidalLevels(epochMs(Date.UTC(2025, 0, 1)), 45, chance)

let folder: ScratchFolder
let service: ServiceProcess

beforeAll(async () => {
  folder = await scratchFolder()
  await mkdir(`${folder.path}/rules`)
  await writeFile(`${folder.path}/rules/river-above-mark.yaml`, thresholdRule(MARK_MM))
  service = spawnService({
    DATA_DIR: `${folder.path}/data`,
    RULES_DIR: `${folder.path}/rules`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    INGEST_MAX_AGE_DAYS: '36500',
  })
  await untilReady(service)
}, 90_000)

afterAll(async () => {
  service.kill('SIGTERM')
  await service.ended
  await folder[Symbol.asyncDispose]()
}, 60_000)

test('a plain loop over a river with gaps and repeats tells what the fold tells', () => {
  const expected = intervalsAbove(levels, MARK_MM)
  expect(levels.length).toBeGreaterThan(4_000)
  expect(expected.length).toBeGreaterThan(50)
  expect(foldLevels(levels, MARK_MM)).toEqual(expected)
})

test('the whole service finds the same intervals however the readings arrive', async () => {
  const mqttUrl = `mqtt://127.0.0.1:${service.mqttPort}`
  const reached = { api: service.api, mqttUrl, token: ADMIN_TOKEN }
  const passages = await throughService(reached, levels, MARK_MM, chance)
  expect(passages.map(({ disorder, found }) => [disorder, found])).toEqual(
    passages.map(({ disorder, expected }) => [disorder, expected]),
  )
}, 60_000)
