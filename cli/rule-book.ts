import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parseDocument } from 'yaml'
import { messageOf, Rejected } from '#model/error.ts'
import type { RuleOrigin } from '#model/rule-book.ts'
import { wholeNumber } from './option-values.ts'
import {
  askBook,
  changing,
  type Edit,
  editOf,
  LATEST_VERSION,
  type List,
  print,
  type Reached,
  reached,
  rulePath,
} from './rule-request.ts'

/** What the lines for people need of a rule as the API shows it. */
interface ShownRule {
  readonly id: string
  readonly kinds: readonly string[] | null
  readonly severity: string | null
  readonly version: number
  readonly origin: RuleOrigin
  readonly enabled: boolean
  readonly waitingVersion: number | null
  readonly fault: string | null
}

interface ShownVersion {
  readonly version: number
  readonly origin: RuleOrigin
  readonly author: string
  readonly note: string | null
  readonly createdAt: string
}

const versionNumber = wholeNumber(1, LATEST_VERSION)

/** The commands of `wanmi rules` that look into the rule book of a service, or change it. */
export function addBookCommands(command: Command): void {
  reached(command.command('list')).description('list the rules of a service').action(list)
  reached(command.command('show'))
    .description('print the document in force of a rule')
    .argument('<id>')
    .option('--version <n>', 'of another version', versionNumber)
    .action(show)
  changing(command.command('put'))
    .description('put a rule file in force, as a new rule or as its next version')
    .argument('<file>')
    .action(put)
  reached(command.command('versions'))
    .description('list the versions of a rule, the newest first')
    .argument('<id>')
    .action(versions)
  changing(command.command('rollback'))
    .description('put another version of a rule in force')
    .argument('<id>')
    .argument('<version>', 'as `versions` lists it', versionNumber)
    .action((id: string, version: number, options: Edit) =>
      change(id, 'rollback', { version, ...editOf(options) }, options),
    )
  changing(command.command('enable'))
    .description('let a rule find something again')
    .argument('<id>')
    .action((id: string, options: Edit) => change(id, 'enable', editOf(options), options))
  changing(command.command('disable'))
    .description('let a rule find nothing; its versions and episodes stay')
    .argument('<id>')
    .action((id: string, options: Edit) => change(id, 'disable', editOf(options), options))
}

async function list(options: Reached): Promise<void> {
  const answer = await askBook<List<ShownRule>>('GET', '/api/v1/rules', options)
  print(options, answer, ({ items }) => items.map(ruleLine).join('\n'))
}

async function show(id: string, options: Reached & { readonly version?: number }): Promise<void> {
  const { version } = options
  const path = version === undefined ? rulePath(id) : `${rulePath(id)}/versions/${version}`
  const answer = await askBook<{ readonly document: string }>('GET', path, options)
  print(options, answer, ({ document }) => document.replace(/\n$/, ''))
}

async function put(file: string, options: Edit): Promise<void> {
  const document = readText(file)
  const id: unknown = parseDocument(document).get('id')
  if (typeof id !== 'string') throw new Rejected('invalid-input', `${file}: it has no id`)
  const body = { document, ...editOf(options) }
  print(options, await askBook<ShownRule>('PUT', rulePath(id), options, body), ruleLine)
}

async function versions(id: string, options: Reached): Promise<void> {
  const path = `${rulePath(id)}/versions`
  const answer = await askBook<List<ShownVersion>>('GET', path, options)
  print(options, answer, ({ items }) => items.map(versionLine).join('\n'))
}

async function change(id: string, what: string, body: object, options: Reached): Promise<void> {
  const answer = await askBook<ShownRule>('POST', `${rulePath(id)}/${what}`, options, body)
  print(options, answer, ruleLine)
}

const ruleLine = (rule: ShownRule): string =>
  [
    rule.id,
    `version ${rule.version} of the ${rule.origin}`,
    ...(rule.kinds ? [rule.kinds.join(', ')] : []),
    ...(rule.severity === null ? [] : [rule.severity]),
    ...(rule.enabled ? [] : ['disabled']),
    ...(rule.waitingVersion === null ? [] : [`shipped version ${rule.waitingVersion} waits`]),
    ...(rule.fault === null ? [] : [`cannot be read: ${rule.fault}`]),
  ].join('  ')

const versionLine = ({ version, createdAt, origin, author, note }: ShownVersion): string =>
  [version, createdAt, origin, author, ...(note === null ? [] : [note])].join('  ')

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Rejected('invalid-input', `${file} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
