import { Command } from 'commander'
import { askService, type ServiceAddress } from '#simulator/registry/service-client.ts'
import { wholeNumber } from './option-values.ts'
import { type Entry, type Message, printable, reasonLine } from './quarantine-message.ts'
import { replay } from './quarantine-replay.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface Reached {
  readonly api?: string
  readonly token?: string
}

interface Filter extends Reached {
  readonly reason?: string
  readonly device?: string
}

/** `wanmi quarantine`: refused messages, and running them again. */
export function quarantineCommand(): Command {
  const command = new Command('quarantine').description('messages that were refused')
  reached(command.command('list'))
    .description('list refused messages, the newest first')
    .option('--reason <code>', 'only those refused for it')
    .option('--device <id>', 'only those of this device')
    .option('--state <state>', 'waiting, resolved or all', 'waiting')
    .option('--limit <n>', 'most messages', wholeNumber(1, 1_000_000), 50)
    .option('--json', 'one JSON document per line')
    .action(list)
  reached(command.command('show'))
    .description('show a refused message with its reasons and its bytes')
    .argument('<id>')
    .option('--json', 'as a JSON document')
    .action(show)
  reached(command.command('replay'))
    .description('run refused messages again once the cause is mended')
    .argument('[ids...]')
    .option('--reason <code>', 'those refused for it')
    .option('--device <id>', 'those of this device')
    .option('--all', 'all that wait')
    .action(replay)
  return command
}

const reached = (command: Command): Command =>
  command
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')

const serviceOf = ({ api, token }: Reached): Promise<ServiceAddress> =>
  serviceAddress(api ?? defaultApiUrl(), token)

const PAGE = 200

async function list(
  options: Filter & { readonly state: string; readonly limit: number; readonly json?: boolean },
): Promise<void> {
  const service = await serviceOf(options)
  const { reason, device, state, limit, json = false } = options
  let [left, after]: [number, string | null] = [limit, null]
  do {
    const query = queryOf({ reason, deviceId: device, state, limit: Math.min(left, PAGE), after })
    const path = `/api/v1/quarantine?${query}`
    const page = (await askService(service, { method: 'GET', path })) as {
      readonly items: readonly Entry[]
      readonly next: string | null
    }
    for (const entry of page.items) console.log(json ? JSON.stringify(entry) : entryLine(entry))
    left -= page.items.length
    after = page.next
  } while (after !== null && left > 0)
  if (json) return
  if (left === limit) console.log('No message is in the quarantine.')
  if (after !== null) console.log(`There are more than ${limit}: give --limit.`)
}

function queryOf(values: Readonly<Record<string, string | number | null | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) query.set(name, String(value))
  }
  return query.toString()
}

const entryLine = (entry: Entry): string =>
  [
    entry.id,
    entry.receivedAt,
    entry.deviceId,
    `${entry.payload_bytes} B`,
    entry.reasons.map(({ code, field }) => (field ? `${code}(${field})` : code)).join(', '),
    ...(entry.resolvedAt === null ? [] : [`resolved ${entry.resolvedAt}`]),
  ].join('  ')

async function show(id: string, options: Reached & { readonly json?: boolean }): Promise<void> {
  const path = `/api/v1/quarantine/${encodeURIComponent(id)}`
  const message = (await askService(await serviceOf(options), { method: 'GET', path })) as Message
  if (options.json) {
    console.log(JSON.stringify(message, null, 2))
    return
  }
  const item = message.item === null ? '' : `, item ${message.item} of its array`
  console.log(`device    ${message.deviceId}`)
  console.log(`topic     ${printable(message.topic)}`)
  console.log(`received  ${message.receivedAt}, refused ${message.attempts} times${item}`)
  console.log(`state     ${message.resolvedAt ? `resolved ${message.resolvedAt}` : 'waiting'}`)
  for (const reason of message.reasons) console.log(`reason    ${reasonLine(reason)}`)
  console.log(
    `payload   ${message.payload_bytes} bytes${message.payload_text === null ? ', not text, as base64' : ''}`,
  )
  console.log(printable(message.payload_text ?? message.payload_base64))
}
