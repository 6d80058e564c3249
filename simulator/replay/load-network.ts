import { readFileSync } from 'node:fs'
import { parse, stringify, YAMLParseError } from 'yaml'
import { parseScenario } from '#simulator/scenario/parse-scenario.ts'
import type { NetworkFaults, Scenario } from '#simulator/scenario/scenario.ts'
import { loadScenario, shippedScenarios } from '#simulator/scenario/shipped-scenarios.ts'

/** What lies between the devices of a recording and the broker, and what it is drawn from. */
export type NetworkPlan = Pick<Scenario, 'network' | 'seed'>

/** Nothing is lost. */
export const CLEAR_NETWORK: NetworkFaults = {
  loss: 0,
  delay: null,
  duplicate: 0,
  reorder: null,
  outages: [],
  storms: [],
  halfOpen: null,
  clones: [],
  malformed: 0,
  oversize: 0,
  floods: [],
}

// What a scenario must say of itself, where a file says no more than its network.
const FRAME = {
  id: 'network',
  title: { en: 'network', zh: '网络' },
  fleet: { devices: 1 },
  // As long as any recording: what befalls the network late is no fault of the file.
  duration: '36525d',
}

/**
 * The `network` of a scenario that comes along or of a file, which may hold nothing else (but a
 * `seed`).
 *
 * @throws Rejected('invalid-input') when there is none, or it is not right.
 */
export function loadNetwork(nameOrPath: string): NetworkPlan {
  const alone = networkAlone(nameOrPath)
  return alone === undefined ? loadScenario(nameOrPath) : parseScenario(alone, nameOrPath)
}

function networkAlone(path: string): string | undefined {
  if (shippedScenarios().includes(path)) return undefined
  const document = readYaml(path)
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined
  const keys = Object.keys(document)
  const alone = keys.includes('network') && keys.every((key) => ['network', 'seed'].includes(key))
  return alone ? stringify({ ...FRAME, ...document }) : undefined
}

/** Undefined for what the reader of scenarios will refuse, with better words. */
function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof YAMLParseError || (error instanceof Error && 'code' in error))
      return undefined
    throw error
  }
}
