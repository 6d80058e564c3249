import { Command, InvalidArgumentError } from 'commander'
import type { ParamValue, RuleParam } from '#model/rule.ts'
import { OVERRIDE_SCOPES } from '#model/rule-override.ts'
import {
  askBook,
  changing,
  type Edit,
  editOf,
  type List,
  print,
  type Reached,
  reached,
  rulePath,
} from './rule-request.ts'

interface Whose {
  readonly scope: string
  readonly key: string
}

interface ShownOverride extends Whose {
  readonly param: string
  readonly value: ParamValue
  readonly fault: string | null
}

interface ShownParam {
  readonly value: ParamValue | null
  readonly unit: string | null
  readonly scope: string
  readonly key: string | null
}

const FOR = ['--for <scope=key>', `whose: ${OVERRIDE_SCOPES.join(', ')}`] as const

/** `wanmi rules override`: other values of parameters, for some devices only. */
export function overrideCommand(): Command {
  const command = new Command('override').description('other values of parameters for some devices')
  reached(command.command('list'))
    .description('list the overrides of a rule')
    .argument('<id>')
    .action(list)
  changing(command.command('set'))
    .description('give a parameter another value for some devices')
    .argument('<id>')
    .argument('<param>')
    .argument('<value>')
    .requiredOption(...FOR, whose)
    .action(set)
  changing(command.command('remove'))
    .description('take the other value away')
    .argument('<id>')
    .argument('<param>')
    .requiredOption(...FOR, whose)
    .action(remove)
  reached(command.command('effective'))
    .description('tell the values in force for a device, and where they come from')
    .argument('<id>')
    .argument('<device>')
    .action(effective)
  return command
}

const pathOf = (id: string): string => `${rulePath(id)}/overrides`

async function list(id: string, options: Reached): Promise<void> {
  const answer = await askBook<List<ShownOverride>>('GET', pathOf(id), options)
  print(options, answer, overrideLines)
}

async function set(
  id: string,
  param: string,
  text: string,
  options: Edit & { readonly for: Whose },
): Promise<void> {
  const value = valueOf(text, await typeOf(id, param, options))
  const body = { param, ...options.for, value, ...editOf(options) }
  const answer = await askBook<List<ShownOverride>>('PUT', pathOf(id), options, body)
  print(options, answer, overrideLines)
}

async function remove(
  id: string,
  param: string,
  options: Edit & { readonly for: Whose },
): Promise<void> {
  const query = new URLSearchParams({ param, ...options.for })
  for (const [name, value] of Object.entries(editOf(options))) {
    if (value !== undefined) query.set(name, String(value))
  }
  const path = `${pathOf(id)}?${query.toString()}`
  print(options, await askBook<List<ShownOverride>>('DELETE', path, options), overrideLines)
}

async function effective(id: string, device: string, options: Reached): Promise<void> {
  const path = `${rulePath(id)}/effective?device=${encodeURIComponent(device)}`
  type Answer = { readonly params: Readonly<Record<string, ShownParam>> }
  print(options, await askBook<Answer>('GET', path, options), ({ params }) =>
    Object.entries(params)
      .map(([name, { value, unit, scope, key }]) =>
        [`${name} = ${value ?? 'unknown'}`, unit, 'from', scope, key]
          .filter((word) => word !== null)
          .join(' '),
      )
      .join('\n'),
  )
}

const overrideLines = ({ items }: List<ShownOverride>): string =>
  items.length === 0
    ? 'Nothing is overridden.'
    : items
        .map(
          ({ param, value, scope, key, fault }) =>
            `${param} = ${value} for ${scope} ${key}${fault === null ? '' : `, without effect: ${fault}`}`,
        )
        .join('\n')

/** Digits may be a text: the rule says what its parameter is. The service refuses what it has not. */
async function typeOf(id: string, param: string, options: Reached): Promise<RuleParam['type']> {
  type Answer = { readonly parsed: { readonly params: Readonly<Record<string, RuleParam>> } | null }
  const { parsed } = await askBook<Answer>('GET', rulePath(id), options)
  return parsed?.params[param]?.type ?? 'text'
}

const valueOf = (text: string, type: RuleParam['type']): ParamValue =>
  type === 'text' || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)

function whose(text: string): Whose {
  const at = text.indexOf('=')
  const [scope, key] = [text.slice(0, at), text.slice(at + 1)]
  if (at > 0 && key !== '' && (OVERRIDE_SCOPES as readonly string[]).includes(scope)) {
    return { scope, key }
  }
  throw new InvalidArgumentError(`It must be scope=key with one of ${OVERRIDE_SCOPES.join(', ')}.`)
}
