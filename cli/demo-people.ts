import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Role } from '#model/role.ts'
import { askService, type ServiceAddress } from '#simulator/registry/service-client.ts'
import { newPassword } from './new-password.ts'

/** Those who try the demonstration: a control room in one person, and a department that handles. */
const PEOPLE: readonly {
  readonly login: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly departmentId?: string
}[] = [
  {
    login: 'demo',
    name: '演示值班员',
    roles: ['acceptor', 'duty-officer', 'dispatcher', 'inspector', 'engineer', 'administrator'],
  },
  {
    login: 'demo.handler',
    name: '演示处置员',
    roles: ['department-handler', 'department-head'],
    departmentId: 'demo-works',
  },
]

const DEPARTMENT = { id: 'demo-works', name: '市政养护处' }

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<unknown>

export interface DemoPeople {
  readonly logins: readonly string[]
  /** Of each of them. */
  readonly password: string
}

/**
 * Sees to it that the accounts of the demonstration are there, with a password that is kept in
 * DATA_DIR/demo-password: at the first start it is made, later it is the one of before.
 */
export async function demoPeople(service: ServiceAddress, dataDir: string): Promise<DemoPeople> {
  const password = await demoPassword(dataDir)
  const ask: Ask = (method, path, body) =>
    askService(service, { method, path, ...(body && { body: JSON.stringify(body) }) })
  await ask('PUT', `/api/v1/departments/${DEPARTMENT.id}`, { name: DEPARTMENT.name })
  const known = await knownAccounts(ask)
  for (const person of PEOPLE) {
    if (known.has(person.login)) continue
    const { id } = (await ask('POST', '/api/v1/accounts', person)) as { readonly id: string }
    // Whoever tries it types it in once.
    await ask('POST', `/api/v1/accounts/${id}/password`, { password, mustChange: false })
  }
  return { logins: PEOPLE.map(({ login }) => login), password }
}

async function knownAccounts(ask: Ask): Promise<ReadonlySet<string>> {
  const page = (await ask('GET', '/api/v1/accounts?text=demo&limit=100')) as {
    readonly items: readonly { readonly login: string }[]
  }
  return new Set(page.items.map(({ login }) => login))
}

async function demoPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'demo-password')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { password } = await newPassword(undefined)
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
  return password
}
