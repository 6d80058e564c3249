import { Command, Option } from 'commander'
import { Rejected } from '#model/error.ts'
import { ROLES } from '#model/role.ts'
import { newPassword } from './new-password.ts'
import { wholeNumber } from './option-values.ts'
import { askBook, type List, print, type Reached, reached } from './rule-request.ts'

/** What the lines for people need of an account as the API shows it. */
interface ShownAccount {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly roles: readonly string[]
  readonly departmentId: string | null
  readonly areas: readonly string[]
  readonly dutyGrids: readonly string[]
  readonly networks: readonly string[]
  readonly enabled: boolean
  readonly lockedUntil: string | null
}

interface Fields {
  readonly name?: string
  readonly role?: readonly string[]
  readonly email?: string
  readonly department?: string
  readonly area?: readonly string[]
  readonly dutyGrid?: readonly string[]
  readonly network?: readonly string[]
  readonly terminal?: string
}

interface PasswordOptions extends Reached {
  readonly passwordFile?: string
}

const PATH = '/api/v1/accounts'
const LONGEST_DAYS = 3_650

/** `wanmi account`: the people and programs that may use a service. */
export function accountCommand(): Command {
  const command = new Command('account').description(
    'add and change those who may use a service; the admin token makes the first of them',
  )
  withPassword(withFields(reached(command.command('add'))))
    .description('add an account and give it a password, which its holder has to change')
    .argument('<login>')
    .action(add)
  reached(command.command('list'))
    .description('list accounts by login name')
    .addOption(new Option('--role <role>', 'with this role').choices(ROLES))
    .option('--text <text>', 'with this in the login name, the name or the email address')
    .action(list)
  reached(command.command('show'))
    .description('show an account')
    .argument('<login>')
    .action(async (login: string, options: Reached) =>
      print(options, await find(login, options), accountLine),
    )
  withFields(reached(command.command('change')))
    .description('change an account; a list that is given takes the place of the one before')
    .argument('<login>')
    .action((login: string, options: Fields & Reached) => change(login, bodyOf(options), options))
  reached(command.command('enable'))
    .description('let somebody in again')
    .argument('<login>')
    .action((login: string, options: Reached) => change(login, { enabled: true }, options))
  reached(command.command('disable'))
    .description('let somebody in no more, from now on')
    .argument('<login>')
    .action((login: string, options: Reached) => change(login, { enabled: false }, options))
  reached(command.command('unlock'))
    .description('let somebody try again who failed to sign in too often')
    .argument('<login>')
    .action(unlock)
  withPassword(reached(command.command('password')))
    .description('give an account another password, which its holder has to change')
    .argument('<login>')
    .action(password)
  reached(command.command('token'))
    .description('make an access token for a program that acts as an account; it is shown once')
    .argument('<login>')
    .argument('<label>', 'what it is for')
    .option(
      '--days <n>',
      'how long it lets in; 0: until it is revoked',
      wholeNumber(0, LONGEST_DAYS),
      90,
    )
    .action(token)
  reached(command.command('remove'))
    .description('remove an account for good')
    .argument('<login>')
    .action(remove)
  return command
}

const several = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').filter((part) => part !== ''),
]

const withFields = (command: Command): Command =>
  command
    .option('--name <name>', 'what people call it')
    .option('--role <role>', `one of ${ROLES.join(', ')}; several times for several`, several)
    .option('--email <address>')
    .option('--department <id>', 'of a department role')
    .option('--area <code>', 'a district, street, community or unit grid it is bounded to', several)
    .option('--duty-grid <code>', 'a duty grid it is bounded to', several)
    .option('--network <group>', 'a group of devices it sees', several)
    .option('--terminal <device>', 'the terminal of an inspector')

const withPassword = (command: Command): Command =>
  command.option(
    '--password-file <file>',
    'its first line is the password (default: a new one is shown)',
  )

const bodyOf = (fields: Fields): object => ({
  name: fields.name,
  roles: fields.role,
  email: fields.email,
  departmentId: fields.department,
  areas: fields.area,
  dutyGrids: fields.dutyGrid,
  networks: fields.network,
  deviceId: fields.terminal,
})

async function add(login: string, options: Fields & PasswordOptions): Promise<void> {
  const given = await newPassword(options.passwordFile)
  const body = { login, ...bodyOf({ ...options, name: options.name ?? login }) }
  const account = await askBook<ShownAccount>('POST', PATH, options, body)
  if (account.roles.includes('integration')) {
    print(options, account, accountLine)
    return
  }
  await setPassword(account, given.password, options)
  print(options, { ...account, ...shownOnce(given) }, () => accountLines(account, given))
}

async function password(login: string, options: PasswordOptions): Promise<void> {
  const account = await find(login, options)
  const given = await newPassword(options.passwordFile)
  await setPassword(account, given.password, options)
  print(options, { ...account, ...shownOnce(given) }, () => accountLines(account, given))
}

const setPassword = ({ id }: ShownAccount, password: string, options: Reached): Promise<unknown> =>
  askBook('POST', `${PATH}/${id}/password`, options, { password })

async function list(options: Reached & { role?: string; text?: string }): Promise<void> {
  const query = new URLSearchParams({ limit: '1000' })
  if (options.role !== undefined) query.set('role', options.role)
  if (options.text !== undefined) query.set('text', options.text)
  const answer = await askBook<List<ShownAccount>>('GET', `${PATH}?${query.toString()}`, options)
  print(options, answer, ({ items }) => items.map(accountLine).join('\n'))
}

async function change(login: string, body: object, options: Reached): Promise<void> {
  const { id } = await find(login, options)
  const answer = await askBook<ShownAccount>('PATCH', `${PATH}/${id}`, options, body)
  print(options, answer, accountLine)
}

async function unlock(login: string, options: Reached): Promise<void> {
  const { id } = await find(login, options)
  const answer = await askBook<ShownAccount>('POST', `${PATH}/${id}/unlock`, options)
  print(options, answer, accountLine)
}

async function token(
  login: string,
  label: string,
  options: Reached & { readonly days: number },
): Promise<void> {
  const { id } = await find(login, options)
  const body = { label, days: options.days === 0 ? null : options.days }
  const made = await askBook<{ token: string }>('POST', `${PATH}/${id}/tokens`, options, body)
  print(options, made, ({ token }) => token)
}

async function remove(login: string, options: Reached): Promise<void> {
  const account = await find(login, options)
  await askBook('DELETE', `${PATH}/${account.id}`, options)
  print(options, account, () => `${account.login} is removed`)
}

/** @throws Rejected('not-found') */
async function find(login: string, options: Reached): Promise<ShownAccount> {
  const wanted = login.normalize('NFKC').toLowerCase()
  const query = new URLSearchParams({ limit: '1000', text: wanted })
  const { items } = await askBook<List<ShownAccount>>('GET', `${PATH}?${query.toString()}`, options)
  const found = items.find((account) => account.login === wanted)
  if (!found) throw new Rejected('not-found', `there is no account ${login}`)
  return found
}

const shownOnce = (given: { readonly password: string; readonly isNew: boolean }): object =>
  given.isNew ? { password: given.password } : {}

const accountLines = (
  account: ShownAccount,
  given: { readonly password: string; readonly isNew: boolean },
): string =>
  [accountLine(account), ...(given.isNew ? [`password: ${given.password}`] : [])].join('\n')

const accountLine = (account: ShownAccount): string =>
  [
    account.login,
    account.name,
    account.roles.join(', '),
    ...(account.departmentId === null ? [] : [`of ${account.departmentId}`]),
    ...account.areas,
    ...account.dutyGrids.map((code) => `duty grid ${code}`),
    ...account.networks.map((name) => `network ${name}`),
    ...(account.enabled ? [] : ['disabled']),
    ...(account.lockedUntil === null ? [] : [`locked until ${account.lockedUntil}`]),
  ].join('  ')
