import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { minutes } from '#model/time.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { loadScenario, shippedScenarios } from '#simulator/scenario/shipped-scenarios.ts'
import { loadRemarks } from './remarks.ts'
import type { ScoreFigures } from './score-run.ts'
import { scoresPage } from './scores-page.ts'

// On the wall. What takes longer is for watching.
const SHORT_MS = minutes(2)

/** The scenarios that come along and are over soon, by name. */
export const shortScenarios = (): readonly string[] =>
  shippedScenarios().filter((name) => isShort(loadScenario(name)))

const isShort = ({ duration, speed }: Scenario): boolean =>
  duration / (speed ?? Infinity) <= SHORT_MS

/** Where the agreed figures of a scenario are. */
export const baselineFile = (name: string): string =>
  join(import.meta.dirname, 'baselines', `${name}.json`)

/** Null where none were agreed on yet. */
export function loadBaseline(name: string): ScoreFigures | null {
  const file = baselineFile(name)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ScoreFigures) : null
}

/** `docs/scores.md` as it follows from all baselines and remarks. */
export const currentScoresPage = (): string =>
  scoresPage(
    shortScenarios().flatMap((name) => {
      const figures = loadBaseline(name)
      return figures ? [{ scenario: loadScenario(name), about: aboutOf(name), figures }] : []
    }),
    loadRemarks(),
  )

function aboutOf(name: string): string {
  const file = join(import.meta.dirname, '../scenarios', `${name}.yaml`)
  const { about = '' } = parse(readFileSync(file, 'utf8')) as { readonly about?: string }
  return about
}
