import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scoreCommand } from '#cli/score.ts'
import { scoreScenario } from '#cli/score-scenario.ts'
import { type ScoreService, startScoreService } from '#cli/score-service.ts'
import { hours } from '#model/time.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { runInProcess } from '#tests/cli/run-in-process.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'

let folder: ScratchFolder
let service: ScoreService
beforeAll(async () => {
  folder = await scratchFolder()
  service = await startScoreService()
}, 60_000)
afterAll(async () => {
  await service[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
}, 60_000)

/** A small part of a scenario that comes along, as fast as it is acknowledged. */
const small = (name: string, changes: Partial<Scenario>): Scenario => {
  const scenario = loadScenario(name)
  return { ...scenario, fleet: { ...scenario.fleet, devices: 30 }, speed: null, ...changes }
}

test('a calm day has no false episode and no false case', async () => {
  const scenario = small('calm-day', { duration: hours(6) })
  const { score, progress } = await scoreScenario(scenario, service)
  expect(progress.readings).toBeGreaterThan(4_000)
  expect(score.all).toMatchObject({ true: 0, episodes: 0, falseEpisodes: 0, falseCases: 0 })
  expect(score.device_days).toBeCloseTo(7.5)
})

test('covers that are displaced are found, what no device is near is not', async () => {
  const { incidents } = loadScenario('stolen-covers')
  const scenario = small('stolen-covers', {
    duration: hours(2),
    incidents: {
      random: null,
      scheduled: incidents.scheduled
        .filter(({ cause }) => cause === 'cover-stolen')
        .slice(-2)
        .map((one) => ({ ...one, at: hours(0.5) })),
    },
  })
  const { score, truth } = await scoreScenario(scenario, service)
  const displaced = score.rows.find(({ rule }) => rule === 'cover-displaced')
  expect(displaced).toMatchObject({
    true: 4,
    observable: 2,
    found: 2,
    recall: 1,
    precision: 1,
    falseCases: 0,
    whyMissed: { 'no-device': 2 },
  })
  expect(displaced?.cases).toBe(2)
  // Two readings a minute apart confirm it.
  expect(displaced?.delayP95_s).toBeLessThanOrEqual(120)

  const file = `${folder.path}/truth.ndjson`
  await writeFile(file, truth.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { url, token } = service.address
  const told = await runInProcess(scoreCommand(), [file, '--api', url, '--token', token])
  expect(told.out).toMatch(/^cover-displaced +4 +2 +2 +100 % +100 %/m)
  const json = await runInProcess(scoreCommand(), [file, '--api', url, '--token', token, '--json'])
  expect(JSON.parse(json.out)).toEqual(JSON.parse(JSON.stringify(score)))
})

test('a truth file with a bad line is refused before anybody is asked', async () => {
  const file = `${folder.path}/bad.ndjson`
  await writeFile(file, '{"type":"run"}\nnonsense\n')
  const { err, exitCode } = await runInProcess(scoreCommand(), [file, '--api', 'http://nowhere:1'])
  expect(err).toMatch(/bad\.ndjson: line 1: scenario is missing; line 2: no JSON object/)
  expect(exitCode).toBe(1)
})
