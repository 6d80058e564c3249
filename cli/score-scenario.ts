import { type FleetProgress, runFleet } from '#simulator/fleet/run-fleet.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Score } from '#simulator/score/score-run.ts'
import { parseEndpoint } from '#simulator/transport/endpoint.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import { scoreAgainst } from './score-against.ts'
import type { ScoreService } from './score-service.ts'

export interface ScoredRun {
  readonly score: Score
  readonly progress: FleetProgress
  readonly truth: readonly TruthLine[]
}

/**
 * Lets a scenario report to a service and scores what it found. What is acknowledged is committed
 * with its episodes and cases: at the end of the run there is nothing more to wait for.
 *
 * @throws the errors of a run and of asking the service; the run is ended before
 */
export async function scoreScenario(
  scenario: Scenario,
  { address, mqttUrl }: Pick<ScoreService, 'address' | 'mqttUrl'>,
  { onProgress, signal }: ScoreScenarioOptions = {},
): Promise<ScoredRun> {
  const run = runFleet({
    scenario,
    duration: scenario.duration,
    endpoint: parseEndpoint(mqttUrl, { verified: true }),
    service: address,
    marks: true,
  })
  const stop = (): void => void run.stop().catch(() => undefined)
  signal?.addEventListener('abort', stop)
  const timer = onProgress && setInterval(() => onProgress.show(run.progress()), onProgress.everyMs)
  try {
    const progress = await run.finished
    signal?.throwIfAborted()
    const truth = run.truth()
    return { score: await scoreAgainst(address, truth, signal), progress, truth }
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', stop)
  }
}

export interface ScoreScenarioOptions {
  readonly onProgress?: { readonly everyMs: number; show(progress: FleetProgress): void }
  /** Ends the run early; there is no score then. */
  readonly signal?: AbortSignal
}
