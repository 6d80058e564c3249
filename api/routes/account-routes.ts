import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { actorOf } from '#api/authentication.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { AccountView, showAccount } from '#api/schemas/account-view.ts'
import { PasswordText } from '#api/schemas/password-text.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { type Account, AccountFields } from '#model/account.ts'
import type { Actor } from '#model/audit.ts'
import { ROLES, type Role } from '#model/role.ts'

export interface AccountFilter extends PageRequest {
  readonly role?: Role | undefined
  readonly departmentId?: string | undefined
  readonly enabled?: boolean | undefined
  readonly text?: string | undefined
}

export type NewAccount = Pick<AccountFields, 'login' | 'name' | 'roles'> & Partial<AccountFields>

/** What these routes need of the store. It throws `Rejected` as the routes answer. */
export interface Accounts {
  list(filter: AccountFilter): Promise<Page<Account>>
  get(id: string): Promise<Account>
  add(account: NewAccount, actor: Actor): Promise<Account>
  change(id: string, patch: Partial<AccountFields>, actor: Actor): Promise<Account>
  remove(id: string, actor: Actor): Promise<void>
  unlock(id: string, actor: Actor): Promise<Account>
}

/** Who gives an account a password. */
export interface GivenPasswords {
  set(
    id: string,
    given: { readonly password: string; readonly mustChange: boolean },
    actor: Actor,
  ): Promise<void>
}

const tags = ['people']
const Params = Type.Object({ id: Uuid })
const Patch = Type.Partial(AccountFields, { additionalProperties: false })
const { login, name, roles, ...rest } = AccountFields.properties
const Body = Type.Object(
  { login, name, roles, ...Type.Partial(Type.Object(rest)).properties },
  { additionalProperties: false },
)

export function accountRoutes(app: App, accounts: Accounts, passwords: GivenPasswords): void {
  app.addSchema(AccountView)

  app.get('/api/v1/accounts', {
    schema: {
      tags,
      operationId: 'listAccounts',
      summary: 'List accounts by login name',
      querystring: Type.Object(
        {
          ...pageParameters,
          role: Type.Optional(Type.Enum([...ROLES])),
          departmentId: Type.Optional(Type.String({ maxLength: 64 })),
          enabled: Type.Optional(Type.Boolean()),
          text: Type.Optional(
            Type.String({
              maxLength: 100,
              description: 'Is in the login name, the name or the email address.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(AccountView))),
    },
    handler: async ({ query }) => showPage(await accounts.list(query), showAccount),
  })

  app.post('/api/v1/accounts', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'addAccount',
      summary: 'Add an account; it has no password yet',
      body: Body,
      response: answers(201, refTo(AccountView)),
    },
    handler: async (request, reply) =>
      reply.code(201).send(showAccount(await accounts.add(request.body, actorOf(request)))),
  })

  app.get('/api/v1/accounts/:id', {
    schema: {
      tags,
      operationId: 'getAccount',
      summary: 'Show an account',
      params: Params,
      response: answers(200, refTo(AccountView)),
    },
    handler: async ({ params }) => showAccount(await accounts.get(params.id)),
  })

  app.patch('/api/v1/accounts/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'changeAccount',
      summary: 'Change an account; disabling it ends its sessions at once',
      params: Params,
      body: Patch,
      response: answers(200, refTo(AccountView)),
    },
    handler: async (request) =>
      showAccount(await accounts.change(request.params.id, request.body, actorOf(request))),
  })

  app.delete('/api/v1/accounts/:id', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'removeAccount',
      summary: 'Remove an account for good; what it did stays written down under its name',
      params: Params,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await accounts.remove(request.params.id, actorOf(request))
      return reply.code(204).send(null)
    },
  })

  app.post('/api/v1/accounts/:id/password', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'setPassword',
      summary: 'Give an account a password; its sessions end, its tokens stay',
      params: Params,
      body: Type.Object(
        {
          password: PasswordText,
          mustChange: Type.Boolean({
            default: true,
            description: 'Its holder has to choose another before doing anything else.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await passwords.set(request.params.id, request.body, actorOf(request))
      return reply.code(204).send(null)
    },
  })

  app.post('/api/v1/accounts/:id/unlock', {
    config: { auditsItself: true },
    schema: {
      tags,
      operationId: 'unlockAccount',
      summary: 'Let somebody try again who failed to sign in too often',
      params: Params,
      response: answers(200, refTo(AccountView)),
    },
    handler: async (request) =>
      showAccount(await accounts.unlock(request.params.id, actorOf(request))),
  })
}
