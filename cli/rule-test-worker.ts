import { parentPort, workerData } from 'node:worker_threads'
import { Rejected } from '#model/error.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { runRuleTests } from '#rules/run-rule-test.ts'
import type { RuleTestMessage, RuleTestWork } from './rule-test-thread.ts'

/** The thread of one run of tests, started by `ruleTestThread`. */

const { document, tests, schedules } = workerData as RuleTestWork
const tell = (message: RuleTestMessage): void => parentPort?.postMessage(message)

try {
  const rule = parseRule(document, 'rule')
  tell({ type: 'done', results: runRuleTests(tests, 'tests', [rule], schedules) })
} catch (error) {
  if (!(error instanceof Rejected)) throw error
  tell({ type: 'refused', message: error.message, detail: error.detail })
}
