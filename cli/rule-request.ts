import type { Command } from 'commander'
import { askService } from '#simulator/registry/service-client.ts'
import { wholeNumber } from './option-values.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

/** What the commands share that ask the rule book of a service. */
export interface Reached {
  readonly api?: string
  readonly token?: string
  readonly json?: boolean
}

export interface Edit extends Reached {
  readonly author?: string
  readonly note?: string
  readonly ifVersion?: number
}

export interface List<Item> {
  readonly items: readonly Item[]
}

export const LATEST_VERSION = 2_147_483_647

/** Gives a command the options that say where the service is. */
export const reached = (command: Command): Command =>
  command
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--json', 'the answer of the service as JSON')

/** The same, and those that say who changes something and why. */
export const changing = (command: Command): Command =>
  reached(command)
    .option('--author <name>', 'who changes it')
    .option('--note <text>', 'why')
    .option(
      '--if-version <n>',
      'only while this version is in force',
      wholeNumber(0, LATEST_VERSION),
    )

export const editOf = ({ author, note, ifVersion }: Edit) => ({ author, note, ifVersion })

/** @throws as `askService` does */
export async function askBook<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { api, token }: Reached,
  body?: object,
): Promise<Answer> {
  const service = await serviceAddress(api ?? defaultApiUrl(), token)
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return (await askService(service, { method, path, ...sent })) as Answer
}

export const rulePath = (id: string): string => `/api/v1/rules/${encodeURIComponent(id)}`

/** JSON as it came where it was asked for; else lines for people. */
export function print<Answer>(
  { json = false }: Reached,
  answer: Answer,
  lines: (answer: Answer) => string,
): void {
  console.log(json ? JSON.stringify(answer) : lines(answer))
}
