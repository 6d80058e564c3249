import { spawnSync } from 'node:child_process'

/** What `npm run check` asks of the tree, in the order in which a fault is cheapest to find. */
const STEPS = [
  { name: 'format', command: ['biome', 'check', '--reporter=summary'] },
  { name: 'supply', command: ['node', 'cli/launch.mjs', 'supply-check'] },
  // It writes the types of the API that the lint of the console goes by.
  { name: 'console', command: ['node', 'cli/console/check-console.ts'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--quiet'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'generated files', command: ['node', 'cli/launch.mjs', 'generate', '--check'] },
  {
    name: 'architecture',
    command: ['vitest', 'run', '--reporter=dot', 'tests/architecture.test.ts'],
  },
  // What becomes known of packages is no fault of the tree: it is said here, and `npm run audit` fails.
  { name: 'audit', command: ['node', 'cli/launch.mjs', 'audit'], isAdvice: true },
] as const

let failed = 0
for (const { name, command, ...step } of STEPS) {
  const begun = performance.now()
  const [program, ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
  const verdict = status === 0 ? 'ok    ' : 'isAdvice' in step ? 'ADVICE' : 'FAILED'
  console.log(`${verdict}  ${name} (${seconds} s)`)
  if ('isAdvice' in step) {
    console.log(`        ${stdout.trim()}`)
    continue
  }
  if (status === 0) continue
  failed++
  process.stdout.write(stdout ?? '')
  process.stderr.write(stderr ?? '')
}
process.exitCode = failed === 0 ? 0 : 1
