import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { messageOf, Rejected } from '#model/error.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { formatInstant, minus, parseDuration, parseInstant } from '#model/time.ts'
import { systemClock } from '#runtime/clock.ts'
import { askService, type ServiceAddress } from '#simulator/registry/service-client.ts'
import { backtestSummary, type ShownBacktest } from './backtest-summary.ts'
import { onInterruption } from './interruption.ts'
import { type ParamValues, paramOption } from './param-option.ts'
import { ProgressLine } from './progress-line.ts'
import { selectorOption } from './selector-option.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface Options {
  readonly from: string
  readonly to: string
  readonly against?: string
  readonly set?: ParamValues
  readonly where?: DeviceSelector
  readonly csv?: string
  readonly api?: string
  readonly token?: string
  readonly json?: boolean
}

const LOOK_MS = 250

/** `wanmi backtest RULE`: what a rule would have found in stored readings. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .description('try a rule on the readings a service has stored')
    .argument('<rule>', 'a rule file (.yaml), or the id of a rule in force')
    .requiredOption('--from <when>', 'RFC 3339, or a span before now such as 30d', instant)
    .option(
      '--to <when>',
      'RFC 3339, or a span before now',
      instant,
      formatInstant(systemClock.now()),
    )
    .option('--against <rule>', 'compare with another version: a rule file or the id of a rule')
    .option(
      '--set <name=value...>',
      'try another value of a parameter, for every device; of <rule>, not of --against',
      paramOption,
    )
    .option(
      '--where <part=value...>',
      'only devices with this device, group, district, grid, partClass or attr.NAME; ' +
        'of several values of one any fits',
      selectorOption,
    )
    .option('--csv <file>', 'write every episode as CSV, groups and their members too')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--json', 'the report as JSON')
    .action(backtest)
}

async function backtest(rule: string, options: Options): Promise<void> {
  const service = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  const { from, to, against, set, where = {} } = options
  const body = {
    rule: { ...ruleOf(rule), ...(set === undefined ? {} : { params: set }) },
    ...(against === undefined ? {} : { against: ruleOf(against) }),
    from,
    to,
    where,
  }
  const path = '/api/v1/backtests'
  const request = { method: 'POST', path, body: JSON.stringify(body) } as const
  const started = (await askService(service, request)) as ShownBacktest
  const over = await untilOver(service, started, options.json ?? false)
  if (over.state !== 'done' || !over.report) {
    throw new Rejected('invalid-input', over.fault ?? `the trial was ${over.state}`)
  }
  if (options.csv !== undefined) await writeCsv(service, over.id, options.csv)
  console.log(options.json ? JSON.stringify(over) : backtestSummary(over, over.report))
}

async function untilOver(
  service: ServiceAddress,
  started: ShownBacktest,
  quiet: boolean,
): Promise<ShownBacktest> {
  const path = `/api/v1/backtests/${started.id}`
  const line = new ProgressLine(process.stderr)
  let interrupted = false
  const stopListening = onInterruption(() => {
    interrupted = true
  })
  try {
    for (let shownAt = 0, trial = started; ; ) {
      if (trial.state !== 'waiting' && trial.state !== 'running') return trial
      if (!quiet && performance.now() - shownAt >= line.everyMs) {
        shownAt = performance.now()
        line.show(
          `${trial.state} ${Math.round(trial.progress * 100)} %, ${trial.readings} readings`,
        )
      }
      await pause(LOOK_MS)
      const method = interrupted ? 'DELETE' : 'GET'
      trial = (await askService(service, { method, path })) as ShownBacktest
    }
  } finally {
    line.end()
    stopListening()
  }
}

const PAGE = 5_000

interface ShownFinding {
  readonly devices: readonly string[]
  readonly grades: readonly { readonly at: string; readonly severity: string }[]
}

async function writeCsv(service: ServiceAddress, id: string, file: string): Promise<void> {
  const rows: ShownFinding[] = []
  for (let total = 1; rows.length < total; ) {
    const path = `/api/v1/backtests/${id}/episodes?limit=${PAGE}&offset=${rows.length}`
    const page = (await askService(service, { method: 'GET', path })) as {
      readonly items: readonly ShownFinding[]
      readonly total: number
    }
    rows.push(...page.items)
    total = page.total
  }
  try {
    writeFileSync(file, stringify(rows.map(csvRow), { header: true }))
  } catch (cause) {
    const message = `${file} cannot be written: ${messageOf(cause)}`
    throw new Rejected('invalid-input', message, { cause })
  }
}

const csvRow = (shown: ShownFinding) => ({
  ...shown,
  devices: shown.devices.join(' '),
  grades: shown.grades.map(({ at, severity }) => `${severity} ${at}`).join('; '),
})

function ruleOf(text: string): { readonly document: string } | { readonly ruleId: string } {
  if (!/\.ya?ml$/.test(text)) return { ruleId: text }
  try {
    return { document: readFileSync(text, 'utf8') }
  } catch (cause) {
    throw new Rejected('invalid-input', `${text} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

function instant(text: string): string {
  const span = parseDuration(text)
  if (span !== undefined) return formatInstant(minus(systemClock.now(), span))
  const at = parseInstant(text)
  if (at !== undefined) return formatInstant(at)
  throw new InvalidArgumentError('It must be RFC 3339 with a zone, or a span such as 30d.')
}
