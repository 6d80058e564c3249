import { backtestThread } from '#cli/backtest-thread.ts'
import { BacktestDesk, type DeskParts } from '#monitor/backtest/backtest-desk.ts'
import { type Tracer, traced } from '#runtime/trace/tracer.ts'
import type { Database } from '#store/database.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import type { History } from '#store/history.ts'
import type { createEpisodeQueries } from '#store/queries/episodes.ts'
import type { openRuleParts } from './rule-parts.ts'

type BacktestParts = Pick<DeskParts, 'silenceGrace' | 'surroundings' | 'city' | 'clock' | 'log'> & {
  readonly database: Pick<Database, 'connection'>
  readonly tracer: Tracer
  readonly ruleParts: Pick<Awaited<ReturnType<typeof openRuleParts>>, 'rules' | 'cityData'>
  readonly history: Pick<History, 'listened'>
  readonly episodes: Pick<ReturnType<typeof createEpisodeQueries>, 'ofPhenomena'>
  readonly directory: Pick<DeviceDirectory, 'devices'>
}

/** Where rules are tried on history, each trial in a thread of its own. */
export function openBacktests(parts: BacktestParts): BacktestDesk {
  const { database, ruleParts, history, episodes, directory, tracer, ...rest } = parts
  const run = backtestThread(database.connection)
  return new BacktestDesk({
    ...rest,
    run: tracer.isOn
      ? (order, signal, onProgress) =>
          traced(tracer, 'backtest', {}, () => run(order, signal, onProgress))
      : run,
    // Those of the moment at which a trial begins.
    get rules() {
      return ruleParts.rules()
    },
    cityData: ruleParts.cityData,
    listened: (from) => history.listened(from),
    devices: () => directory.devices(),
    known: (phenomena, span) => episodes.ofPhenomena(phenomena, span),
  })
}
