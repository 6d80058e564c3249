import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import { parseScenario } from './parse-scenario.ts'
import type { Scenario } from './scenario.ts'

const FOLDER = join(import.meta.dirname, '../scenarios')

/** Names of the scenarios that come along. */
export const shippedScenarios = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort()

/**
 * A scenario by the name of one that comes along, or by the path of a file.
 *
 * @throws Rejected 'invalid-input' when there is none, or it is not right.
 */
export function loadScenario(nameOrPath: string): Scenario {
  const shipped = join(FOLDER, `${nameOrPath}.yaml`)
  const named = /^[a-z0-9-]+$/.test(nameOrPath) && existsSync(shipped)
  return parseScenario(readText(named ? shipped : nameOrPath), nameOrPath)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const names = shippedScenarios().join(', ')
    const message = `there is no scenario ${path}: ${messageOf(cause)}; shipped are ${names}`
    throw new Rejected('invalid-input', message, { cause })
  }
}
