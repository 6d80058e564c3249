import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { Rejected } from '#model/error.ts'
import type { FleetProgress } from '#simulator/fleet/run-fleet.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { baselineOf, differsFrom, worseThan } from '#simulator/score/baseline.ts'
import { badRows, loadRemarks, remarkOn } from '#simulator/score/remarks.ts'
import {
  baselineFile,
  currentScoresPage,
  loadBaseline,
  shortScenarios,
} from '#simulator/score/score-files.ts'
import type { Score } from '#simulator/score/score-run.ts'
import { scoreText } from '#simulator/score/score-table.ts'
import { onInterruption } from './interruption.ts'
import { ProgressLine } from './progress-line.ts'
import { runCommand } from './run-command.ts'
import { type ScoredRun, scoreScenario } from './score-scenario.ts'
import { startScoreService } from './score-service.ts'

/** `npm run score`: every short scenario against a service of its own, beside what it scored before. */
const PAGE = 'docs/scores.md'

interface Options {
  readonly update?: boolean
  readonly json?: boolean
}

// Progress is for people and goes beside what was asked for.
const line = new ProgressLine(process.stderr)

async function run(names: readonly string[], options: Options): Promise<void> {
  const scenarios = (names.length > 0 ? names : shortScenarios()).map((name) => loadScenario(name))
  const stopping = new AbortController()
  const stopListening = onInterruption(() => {
    stopping.abort()
    // The second time it need not be clean.
    process.once('SIGINT', () => process.exit(130))
  })
  const worse: string[] = []
  try {
    line.show('starting a service and its database …')
    await using service = await startScoreService()
    for (const [index, scenario] of scenarios.entries()) {
      const place = `${index + 1}/${scenarios.length} ${scenario.id}`
      const { signal } = stopping
      const onProgress = {
        everyMs: line.everyMs,
        show: (progress: FleetProgress) => line.show(`${place}  ${words(progress)}`),
      }
      const scored = await scoreScenario(scenario, service, { onProgress, signal })
      line.end()
      tell(scored, options)
      worse.push(...(await compare(scored.score, options)))
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    line.print('Stopped.')
    process.exitCode = 130
    return
  } finally {
    line.end()
    stopListening()
  }
  if (options.update) await write(PAGE, currentScoresPage())
  if (worse.length === 0) return
  line.print(['', 'Not as good as agreed:', ...worse].join('\n'))
  process.exitCode = 1
}

function tell({ score, progress }: ScoredRun, { json = false }: Options): void {
  if (json) {
    console.log(JSON.stringify(score))
    return
  }
  const { elapsed_ms, published, acknowledged } = progress
  const seconds = (elapsed_ms / 1_000).toFixed(0)
  console.log(`${scoreText(score)}\n`)
  console.log(
    `${published} messages in ${seconds} s, ${published - acknowledged} without an answer\n`,
  )
}

/** What got worse; with `--update` nothing can, and the figures are kept. */
async function compare(score: Score, { update = false }: Options): Promise<readonly string[]> {
  const { scenario } = score
  if (update) {
    const remarks = loadRemarks()
    for (const row of badRows(score)) {
      if (remarkOn(remarks, scenario, row) !== undefined) continue
      line.print(`${scenario}: ${row.rule} does badly, and remarks.yaml does not say why`)
    }
    await write(baselineFile(scenario), `${JSON.stringify(baselineOf(score), null, 2)}\n`)
    return []
  }
  const baseline = loadBaseline(scenario)
  if (!baseline) return [`${scenario}: there is no baseline: --update keeps this score as one`]
  for (const difference of differsFrom(baseline, score)) line.print(difference)
  return worseThan(baseline, score)
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const words = ({ stage, connected, devices, published, acknowledged, ...rest }: FleetProgress) =>
  `${stage}: ${connected}/${devices} devices connected, ${published} published, ` +
  `${acknowledged} acknowledged, ${Math.floor(rest.simulated_ms / 3_600_000)} h of the city's time`

/** @throws Rejected 'invalid-input' for a scenario that is no part of the scores */
function checked(names: readonly string[]): readonly string[] {
  const known = shortScenarios()
  const strange = names.find((name) => !known.includes(name))
  if (strange === undefined) return names
  const message = `${strange} is no short scenario that comes along: ${known.join(', ')}`
  throw new Rejected('invalid-input', message)
}

const program = new Command('score')
  .description('run the short scenarios against a service of their own and score what it finds')
  .argument('[scenarios...]', 'all that are short when absent')
  .option('--update', `keep the scores as baselines and write ${PAGE}`)
  .option('--json', 'a score as a line of JSON each')
  .action((names: readonly string[], options: Options) => run(checked(names), options))

await runCommand(program, process.argv)
