import type { Role } from '#model/role.ts'
import { askApi } from '#tests/support/service-process.ts'
import type { LivingCity } from './living-city.ts'

/** Somebody with an account, who asks with a token of their own. */
export interface Member {
  readonly id: string
  readonly token: string
}

/** A case as it is shown to whoever asks. */
export interface ShownCase {
  readonly id: string
  readonly number: string
  readonly state: string
  readonly version: number
  readonly actions: readonly string[]
  readonly events: readonly {
    readonly type: string
    readonly sequence: number
    readonly actor: { readonly role: string; readonly name: string }
    readonly reason: string | null
    readonly detail: Readonly<Record<string, unknown>>
  }[]
  readonly [field: string]: unknown
}

/** The people of a city, made over its API, each with a token. */
export class CityStaff {
  readonly #city: Pick<LivingCity, 'address' | 'send'>
  readonly #members = new Map<string, Member>()

  constructor(city: Pick<LivingCity, 'address' | 'send'>) {
    this.#city = city
  }

  /** By login, which is the role where there is one of each. */
  of(login: string): Member {
    const member = this.#members.get(login)
    if (!member) throw new Error(`${login} was not hired`)
    return member
  }

  async hire(role: Role, more: object = {}, login: string = role): Promise<Member> {
    const account = await this.#city.send<{ id: string }>('POST', '/api/v1/accounts', {
      login,
      name: login,
      roles: [role],
      ...more,
    })
    const path = `/api/v1/accounts/${account.id}/tokens`
    const { token } = await this.#city.send<{ token: string }>('POST', path, { label: 'test' })
    const member = { id: account.id, token }
    this.#members.set(login, member)
    return member
  }

  /** Departments, and one of each of the roles that a case meets. */
  async hireAll(): Promise<void> {
    await this.#city.send('PUT', '/api/v1/departments/water', { name: '供水公司' })
    await this.#city.send('PUT', '/api/v1/departments/roads', { name: '市政处' })
    for (const role of ['acceptor', 'duty-officer', 'dispatcher', 'inspector'] as const) {
      await this.hire(role)
    }
    await this.hire('department-handler', { departmentId: 'water' })
    await this.hire('department-head', { departmentId: 'water' })
  }

  /** Asks as somebody. @throws with the status and the answer when it is refused */
  ask<Answer = ShownCase>(login: string, path: string, body?: object): Promise<Answer> {
    return askApi<Answer>(
      this.#city.address,
      path,
      body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
      this.of(login).token,
    )
  }

  /** Gives a command on a case. */
  act(login: string, caseId: string, command: string, body: object = {}): Promise<ShownCase> {
    return this.ask(login, `/api/v1/cases/${caseId}/${command}`, body)
  }

  see(login: string, caseId: string): Promise<ShownCase> {
    return this.ask(login, `/api/v1/cases/${caseId}`)
  }
}
