import { expect, test } from 'vitest'
import { planRun } from '#simulator/run/run-plan.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { readTruth } from '#simulator/score/read-truth.ts'
import { truthLines } from '#simulator/truth/truth-file.ts'
import { createWorld } from '#simulator/world/world.ts'
import { fault, incident, run, so } from './trial.ts'

const ndjson = (...lines: readonly unknown[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')

test('what a run writes is read as it was written', () => {
  const scenario = loadScenario('stolen-covers')
  const plan = planRun({ scenario, startedAt: scenario.start, duration: scenario.duration })
  const lines = [...truthLines(plan, createWorld(plan).observations(plan.endedAt), plan.endedAt)]
  expect(lines.length).toBeGreaterThan(40)
  expect(readTruth(`${ndjson(...lines)}\n`, 'truth')).toEqual(lines)
})

test('fields of a later day and empty lines do no harm', () => {
  const later = { ...run(), colour: 'red' }
  expect(readTruth(ndjson(later, '', fault('stuck', 1, null), ' '), 'truth')).toHaveLength(2)
})

test.each<[string, unknown, RegExp]>([
  ['no JSON', '{"type":', /^t: line 2: no JSON object$/],
  ['a list', [], /line 2: no JSON object/],
  ['a number', 7, /line 2: no JSON object/],
  ['a line of no type', {}, /line 2: its type must be one of run, incident, fault/],
  ['a line of an unknown type', { type: 'rumour' }, /line 2: its type must be one of/],
  [
    'a missing field',
    { ...fault('stuck', 1, 2), deviceId: undefined },
    /line 2: deviceId is missing/,
  ],
  [
    'a phenomenon with a count below nothing',
    incident([so(1, 2, { sent: -1 })]),
    /line 2: phenomena\.0\.sent/,
  ],
  [
    'an instant that is none',
    { ...fault('stuck', 1, 2), startedAt: 'noon' },
    /line 2: noon is no RFC 3339 instant/,
  ],
  [
    'an instant within that is none',
    incident([so(1, 2, { endedAt: '2026-02-30T00:00:00Z' })]),
    /line 2: 2026-02-30T00:00:00Z is no RFC/,
  ],
])('%s is refused with the number of its line', (_, bad, reason) => {
  expect(() => readTruth(ndjson(run(), bad), 't')).toThrow(reason)
})

test('all bad lines are told at once, but no more than can be read', () => {
  const bad = Array.from({ length: 13 }, () => 'x')
  expect(() => readTruth(ndjson(run(), ...bad), 't')).toThrow(
    /line 2: .*line 11: no JSON object; and 3 lines more$/,
  )
})

test('a file has one run', () => {
  expect(() => readTruth('', 't')).toThrow('t: it has 0 lines of a run')
  expect(() => readTruth(ndjson(run(), run()), 't')).toThrow('t: it has 2 lines of a run')
})
