import { parentPort, workerData } from 'node:worker_threads'
import { isWanmiError, messageOf } from '#model/error.ts'
import { runBacktest } from '#monitor/backtest/run-backtest.ts'
import { compileRule } from '#rules/compiled-rule.ts'
import { Archive } from '#store/archive.ts'
import type { BacktestMessage, BacktestWork } from './backtest-thread.ts'

/** The thread of one backtest, started by `backtestThread`. */

const { connection, rules, ...order } = workerData as BacktestWork
const stopping = new AbortController()
const tell = (message: BacktestMessage): void => parentPort?.postMessage(message)
parentPort?.once('message', () => stopping.abort())
// Listening alone is not to keep the thread alive.
parentPort?.unref()

async function work(): Promise<void> {
  const archive = await Archive.open(connection)
  try {
    const compiled = rules.map((tried) => ({ ...tried, compiled: compileRule(tried.rule) }))
    const outcome = await runBacktest(
      { ...order, rules: compiled },
      archive,
      stopping.signal,
      (progress) => tell({ type: 'progress', ...progress }),
    )
    tell({ type: 'done', outcome })
  } finally {
    await archive.close()
  }
}

work().catch((error: unknown) => {
  const message = messageOf(error)
  if (!isWanmiError(error)) tell({ type: 'failed', family: 'Broken', code: 'internal', message })
  else {
    const family = error.name as 'Rejected' | 'Unavailable' | 'Broken'
    tell({ type: 'failed', family, code: error.code, message })
  }
})
