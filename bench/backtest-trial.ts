/** One trial in a process of its own, so that its memory can be told: started by `bench/backtest.ts`. */
import { backtestThread } from '#cli/backtest-thread.ts'
import { epochMs, milliseconds, minutes } from '#model/time.ts'
import { benchCity, fleetOf, triedRules } from './backtest-fleet.ts'

/** What the trial is given, as JSON in its first argument. */
export interface TrialOrder {
  readonly connection: object
  readonly devices: number
  readonly interval_ms: number
  readonly from: number
  readonly to: number
  readonly mute: boolean
}

/** What it answers, as JSON on its output. */
export interface TrialFigures {
  readonly readings: number
  readonly seconds: number
  readonly readingsPerSecond: number
  readonly nodeMicrosecondsPerReading: number
  readonly peakMiB: number
  readonly episodes: number
}

const order = JSON.parse(process.argv[2] ?? '{}') as TrialOrder
const [rules, city] = [await triedRules(order.mute), await benchCity()]
const run = backtestThread(order.connection)
const cpu = process.cpuUsage()
const begun = performance.now()
const { readings, found } = await run(
  {
    rules,
    devices: fleetOf(order.devices, milliseconds(order.interval_ms)),
    from: epochMs(order.from),
    to: epochMs(order.to),
    city,
    listened: [],
    silenceGrace: minutes(5),
  },
  new AbortController().signal,
  () => undefined,
)
const seconds = (performance.now() - begun) / 1_000
const { user, system } = process.cpuUsage(cpu)
const figures: TrialFigures = {
  readings,
  seconds: Number(seconds.toFixed(1)),
  readingsPerSecond: Math.round(readings / seconds),
  nodeMicrosecondsPerReading: Number(((user + system) / Math.max(1, readings)).toFixed(2)),
  peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
  episodes: found.reduce((sum, each) => sum + each.length, 0),
}
console.log(JSON.stringify(figures))
