import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Broken, Rejected } from '#model/error.ts'
import type { RuleTestResult } from '#rules/run-rule-test.ts'
import type { ScheduleSetting } from '#rules/schedule/resolve-schedule.ts'

/** What the worker is given: plain data only. */
export interface RuleTestWork {
  readonly document: string
  readonly tests: string
  readonly schedules: ScheduleSetting['schedules']
}

export type RuleTestMessage =
  | { readonly type: 'done'; readonly results: readonly RuleTestResult[] }
  | {
      readonly type: 'refused'
      readonly message: string
      readonly detail: Readonly<Record<string, unknown>>
    }

/** Whoever has to wait longer has written a test that is none. */
const LONGEST_MS = 20_000
const WAITING_MAX = 5

/**
 * Runs the tests beside a rule in a thread of its own, one after the other: what somebody typed may
 * take as long as it likes, and readings that arrive meanwhile do not wait.
 */
export function ruleTestThread(schedules: ScheduleSetting['schedules']) {
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (document: string, tests: string): Promise<readonly RuleTestResult[]> => {
    if (waiting >= WAITING_MAX) {
      throw new Rejected('conflict', 'too many tests wait already: try again in a moment')
    }
    waiting += 1
    const mine = turn.then(() => runOnce({ document, tests, schedules }))
    turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
    }
  }
}

async function runOnce(workerData: RuleTestWork): Promise<readonly RuleTestResult[]> {
  const worker = new Worker(join(import.meta.dirname, 'rule-test-worker.ts'), { workerData })
  let patience: NodeJS.Timeout | undefined
  try {
    return await new Promise<readonly RuleTestResult[]>((resolve, reject) => {
      patience = setTimeout(() => {
        const sentence = `the tests take longer than ${LONGEST_MS / 1_000} seconds: shorten their series`
        reject(new Rejected('invalid-input', sentence))
      }, LONGEST_MS)
      worker.on('message', (message: RuleTestMessage) => {
        if (message.type === 'done') resolve(message.results)
        else reject(new Rejected('invalid-input', message.message, { detail: message.detail }))
      })
      worker.on('error', reject)
      worker.on('exit', () => reject(new Broken('internal', 'the thread of a test ended')))
    })
  } finally {
    clearTimeout(patience)
    await worker.terminate()
  }
}
