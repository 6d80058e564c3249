/**
 * Plays bad luck and says what came of it: `npm run chaos -- [--only NAME] [--short] [--list]`.
 *
 * The exit code is 0 when nothing acknowledged was lost, nothing stored twice, no case opened twice
 * or missing, and no scenario failed. What cannot be played on this machine is said, and counts
 * neither way.
 */
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { onSignals } from '#cli/on-signals.ts'
import { SCENARIOS } from './list.ts'
import { type Outcome, play } from './play.ts'
import { closeStages } from './stage.ts'
import { tableOf } from './table.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    short: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const machine = (): Readonly<Record<string, unknown>> => ({
  processor: cpus()[0]?.model,
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  load: loadavg()[0]?.toFixed(1),
  node: process.version,
})

const only = values.only.flatMap((names) => names.split(','))
const unknown = only.filter((name) => !SCENARIOS.some((each) => each.name === name))
if (unknown.length > 0 || values.list) {
  for (const name of unknown) console.error(`there is no scenario ${name}`)
  for (const { name, title } of SCENARIOS) console.log(`${name.padEnd(20)}${title}`)
  process.exit(unknown.length > 0 ? 2 : 0)
}

const chosen = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name))
onSignals(closeStages)
const outcomes: Outcome[] = []
for (const [index, scenario] of chosen.entries()) {
  const progress = (text: string): void => {
    const time = new Date().toTimeString().slice(0, 8)
    console.error(`${time}  ${index + 1}/${chosen.length} ${scenario.name}: ${text}`)
  }
  progress(scenario.title)
  const outcome = await play(scenario, { isShort: values.short, progress })
  outcomes.push(outcome)
  for (const line of [...outcome.seen, ...outcome.faults]) progress(line)
  progress(outcome.skipped ?? `ends after ${outcome.seconds} s, ${outcome.faults.length} faults`)
}
if (values.json) console.log(JSON.stringify({ machine: machine(), outcomes }, null, 2))
else console.log(`${JSON.stringify(machine())}\n\n${tableOf(outcomes)}`)
process.exit(outcomes.some(({ faults }) => faults.length > 0) ? 1 : 0)
