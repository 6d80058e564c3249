import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ClientConfig } from 'pg'
import { Broken, type ErrorCode, Rejected, Unavailable } from '#model/error.ts'
import type {
  BacktestOrder,
  BacktestOutcome,
  BacktestProgress,
} from '#monitor/backtest/run-backtest.ts'
import type { TriedRule } from '#monitor/backtest/tried-rule.ts'

/** What the worker is given: plain data only. */
export interface BacktestWork extends Omit<BacktestOrder, 'rules'> {
  readonly connection: Omit<ClientConfig, 'types'>
  /** Without what they are compiled to. */
  readonly rules: readonly Omit<TriedRule, 'compiled'>[]
}

export type BacktestMessage =
  | ({ readonly type: 'progress' } & BacktestProgress)
  | { readonly type: 'done'; readonly outcome: BacktestOutcome }
  | {
      readonly type: 'failed'
      readonly family: 'Rejected' | 'Unavailable' | 'Broken'
      readonly code: ErrorCode
      readonly message: string
    }

const FAMILIES = { Rejected, Unavailable, Broken }
// It looks at the signal between two slices; one that does not answer is ended.
const PATIENCE_MS = 5_000

/** Runs backtests in a thread of their own, so that readings that arrive meanwhile do not wait. */
export function backtestThread(connection: ClientConfig) {
  const { types: _, ...plain } = connection
  return async (
    { rules, ...order }: BacktestOrder,
    signal: AbortSignal,
    onProgress: (progress: BacktestProgress) => void,
  ): Promise<BacktestOutcome> => {
    const workerData: BacktestWork = {
      ...order,
      connection: plain,
      rules: rules.map(({ compiled: _compiled, ...plain }) => plain),
    }
    const worker = new Worker(join(import.meta.dirname, 'backtest-worker.ts'), { workerData })
    let patience: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      worker.postMessage('stop')
      patience = setTimeout(() => void worker.terminate(), PATIENCE_MS)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await new Promise<BacktestOutcome>((resolve, reject) => {
        worker.on('message', (message: BacktestMessage) => {
          if (message.type === 'progress') onProgress(message)
          else if (message.type === 'done') resolve(message.outcome)
          else reject(new FAMILIES[message.family](message.code, message.message))
        })
        worker.on('error', reject)
        worker.on('exit', () => reject(new Broken('internal', 'the thread of a backtest ended')))
      })
    } finally {
      signal.removeEventListener('abort', onAbort)
      clearTimeout(patience)
      await worker.terminate()
    }
  }
}
