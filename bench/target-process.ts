import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program under measurement that says its port in a first line of JSON. */
export interface TargetProcess {
  readonly pid: number
  readonly port: number
  /** Where it says so. */
  readonly wsPort: number
  readonly httpUrl: string
  readonly child: ChildProcess
  stop(): Promise<void>
}

/**
 * With `BENCH_PROFILE` it leaves a profile of its processor time in that folder, for the developer
 * tools of a browser.
 *
 * @throws Error when the program ends before it says its port
 */
export async function startTarget(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TargetProcess> {
  const folder = process.env['BENCH_PROFILE']
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
  const child = spawn(process.execPath, [...profile, `bench/targets/${name}.ts`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} ended before it was ready`)
  })
  ended.catch(() => undefined)
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  const said = JSON.parse(line) as Pick<TargetProcess, 'port' | 'wsPort' | 'httpUrl'>
  return {
    pid: child.pid ?? 0,
    ...said,
    child,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** A number of a service that is a target, by its name with its labels as `/metrics` prints it. */
export async function metricOf({ child }: TargetProcess, name: string): Promise<number> {
  child.send('metrics')
  const [{ metrics }] = (await once(child, 'message')) as [{ metrics: string }]
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? Number.NaN)
}
