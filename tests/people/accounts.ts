import type { NewAccount } from '#api/routes/account-routes.ts'
import type { Role } from '#model/role.ts'
import { PASSWORD } from './browser.ts'
import type { TestPeople } from './test-people.ts'

const TESTER = {
  principal: { accountId: null, name: 'test', roles: ['administrator' as const] },
  address: null,
}

let count = 0

/**
 * An account of these roles with a token of its own:
 *
 *     const lin = await addAccount(api.people, ['inspector'], { areas: ['140802001'] })
 *     await api.call('GET', '/api/v1/cases', undefined, lin.headers)
 */
export async function addAccount(
  people: Pick<TestPeople, 'accounts' | 'tokens'>,
  roles: readonly Role[],
  more: Partial<NewAccount> = {},
) {
  count += 1
  const login = `${roles[0]}-${count}`
  const draft = { login, name: `Test ${login}`, roles: [...roles], ...more }
  const account = await people.accounts.add(draft, TESTER)
  const { token } = await people.tokens.add(account.id, { label: 'test', days: null }, TESTER)
  return { id: account.id, account, token, headers: { authorization: `Bearer ${token}` } }
}

/** The same with a password to sign in with. */
export async function addPerson(
  people: Pick<TestPeople, 'accounts' | 'tokens' | 'passwords'>,
  roles: readonly Role[],
  more: Partial<NewAccount> = {},
) {
  const added = await addAccount(people, roles, more)
  await people.passwords.set(added.id, { password: PASSWORD, mustChange: false }, TESTER)
  return { ...added, login: added.account.login }
}
