import { spawnSync } from 'node:child_process'
import { auditVerdict } from './audit-verdict.ts'

const LONGEST_MS = 15_000

/**
 * `npm run audit`: known vulnerabilities of the packages that ship. Fails when there is one; a registry
 * that answers no audits, or none at all, is said and fails nothing.
 */
const { npm_execpath: npm } = process.env
const [program, ...first] = npm ? [process.execPath, npm] : ['npm']
const { stdout, error } = spawnSync(program, [...first, 'audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: LONGEST_MS,
})
const { sentence, isAffected } = auditVerdict(error ? error.message : stdout)
console.log(sentence)
process.exitCode = isAffected ? 1 : 0
