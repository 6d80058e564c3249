import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { baselineOf } from '#simulator/score/baseline.ts'
import { badRows, loadRemarks, remarkOn } from '#simulator/score/remarks.ts'
import { currentScoresPage, loadBaseline, shortScenarios } from '#simulator/score/score-files.ts'
import { scoresPage } from '#simulator/score/scores-page.ts'
import { incident, score, so, told } from './trial.ts'

const page = (episodes: Parameters<typeof score>[1] = {}, remarks = {}): string => {
  const figures = baselineOf(score([incident([so(10, 20)]), incident([so(50, 60)])], episodes))
  return scoresPage(
    [{ scenario: loadScenario('calm-day'), about: 'It is calm.', figures }],
    remarks,
  )
}

test('a scenario has its title, a table and the reasons, and a sentence where a rule does badly', () => {
  const remarks = { 'calm-day': { 'cover-displaced': 'The cover sleeps.' } }
  const text = page({ episodes: [told(11, 22)] }, remarks)
  expect(text).toContain('| [calm-day](#calm-day) | 3 | 1 of 2 | 50 % | 100 % | 0 |\n')
  expect(text).toContain('## calm-day\n\n**calm day** · 平静的一天. It is calm.\n\n| rule | true |')
  expect(text).toContain('\n| cover-displaced | 2 | 2 | 1 | 50 % | 100 % | 120 s | 120 s | 0 | 0 |')
  expect(text).toContain('- `cover-displaced`: 1 missed (rule). The cover sleeps.\n')
  expect(page({ episodes: [told(11, 22)] })).toContain('- `cover-displaced`: 1 missed (rule).\n')
})

test('a rule that does well needs no excuse', () => {
  const episodes = [told(11, 22), told(51, 62)]
  expect(page({ episodes })).not.toContain('- `cover-displaced`')
})

test('where nothing happened there is no table', () => {
  const figures = baselineOf(score([]))
  const text = scoresPage([{ scenario: loadScenario('calm-day'), about: '', figures }], {})
  expect(text).toMatch(/Nothing happened, and nothing was said of it, in \d+ device-days\./)
})

test('the page in docs is that of the baselines: npm run score -- --update', () => {
  expect(readFileSync('docs/scores.md', 'utf8')).toBe(currentScoresPage())
})

test('every short scenario has a baseline, and a calm day no false case', () => {
  expect(shortScenarios().filter((name) => loadBaseline(name) === null)).toEqual([])
  expect(loadBaseline('calm-day')?.all).toMatchObject({ falseEpisodes: 0, falseCases: 0 })
})

test('where a rule does badly, remarks.yaml says why', () => {
  const remarks = loadRemarks()
  const silent = shortScenarios().flatMap((name) => {
    const baseline = loadBaseline(name)
    return (baseline ? badRows(baseline) : [])
      .filter((row) => remarkOn(remarks, name, row) === undefined)
      .map(({ rule }) => `${name}: ${rule}`)
  })
  expect(silent).toEqual([])
})
