import { readConfig } from '#runtime/config.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import type { ScoredRule } from '#simulator/score/findings.ts'
import { gatherFindings } from '#simulator/score/gather-findings.ts'
import { type Score, scoreRun } from '#simulator/score/score-run.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import { loadRules } from './load-rules.ts'

// Of a device that is not in the registry any more.
const USUAL_INTERVAL_MS = 60_000

/**
 * Scores what a service found against what truly happened. The service does not tell its rules:
 * they are those of RULES_DIR, or the ones that come along.
 *
 * @throws the errors of asking a service, and of rules that are not right
 */
export async function scoreAgainst(
  service: ServiceAddress,
  truth: readonly TruthLine[],
  signal?: AbortSignal,
): Promise<Score> {
  const { intervals_ms, ...findings } = await gatherFindings(service, truth, signal)
  return scoreRun(truth, findings, {
    rules: await scoredRules(),
    interval_ms: (deviceId) => intervals_ms.get(deviceId) ?? USUAL_INTERVAL_MS,
  })
}

async function scoredRules(): Promise<readonly ScoredRule[]> {
  const rules = await loadRules(readConfig(process.env).city.rulesDir)
  return rules.map(({ rule: { id, phenomenon, hold } }) => ({ id, phenomenon, hold_ms: hold }))
}
