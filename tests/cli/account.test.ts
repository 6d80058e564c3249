import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountCommand } from '#cli/account.ts'
import { openTestApi, type TestApi, TOKEN } from '#tests/api/api-fixture.ts'
import { Browser } from '#tests/people/browser.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { runInProcess } from './run-in-process.ts'

let api: TestApi
let address: string
let folder: ScratchFolder
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  folder = await scratchFolder()
})
afterAll(async () => {
  await api.close()
  await folder[Symbol.asyncDispose]()
})

const run = (...argv: string[]) =>
  runInProcess(accountCommand(), [...argv, '--api', address, '--token', TOKEN])

test('the first person is made with the admin token, and signs in with the password shown', async () => {
  const added = await run('add', 'Wei', '--name', 'Wei Li', '--role', 'administrator,engineer')
  const [line, second] = added.out.trim().split('\n')
  expect(line).toBe('wei  Wei Li  administrator, engineer')
  const password = /^password: (\w{5}(?:-\w{5}){3})$/.exec(second ?? '')?.[1] as string
  const browser = new Browser(api)
  expect((await browser.signIn('wei', password)).body).toMatchObject({ passwordDue: true })
})

test('a password comes from a file, and is not shown', async () => {
  const file = `${folder.path}/password`
  await writeFile(file, 'seven small wooden boats\n')
  const added = await run('add', 'mei', '--role', 'inspector', '--password-file', file)
  expect(added.out).toBe('mei  mei  inspector\n')
  expect((await new Browser(api).signIn('mei', 'seven small wooden boats')).status).toBe(200)
  await writeFile(file, 'eight small wooden boats\r\n')
  expect((await run('password', 'mei', '--password-file', file)).exitCode).toBe(0)
  expect((await new Browser(api).signIn('mei', 'eight small wooden boats')).status).toBe(200)
  expect(await run('password', 'mei', '--password-file', '/no/such')).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/cannot be read/),
  })
})

test('an account is listed, shown, changed, disabled, enabled, unlocked and removed', async () => {
  await run('add', 'lin', '--role', 'inspector', '--area', '140802001', '--area', '140802002')
  expect((await run('list', '--role', 'inspector', '--text', 'lin')).out).toBe(
    'lin  lin  inspector  140802001  140802002\n',
  )
  const changed = await run('change', 'lin', '--name', 'Lin', '--area', '140803')
  expect(changed.out).toBe('lin  Lin  inspector  140803\n')
  expect((await run('disable', 'lin')).out).toContain('disabled')
  expect((await run('enable', 'LIN')).out).not.toContain('disabled')
  expect((await run('unlock', 'lin')).out).toBe((await run('show', 'lin')).out)
  expect((await run('remove', 'lin')).out).toBe('lin is removed\n')
  expect(await run('show', 'lin')).toMatchObject({
    exitCode: 1,
    err: 'there is no account lin\n',
  })
})

test('a program gets an account without a password, and a token', async () => {
  const added = await run('add', 'hotline', '--role', 'integration')
  expect(added.out).toBe('hotline  hotline  integration\n')
  const token = (await run('token', 'hotline', 'reports', '--days', '0')).out.trim()
  const who = await api.call('GET', '/api/v1/session', undefined, {
    authorization: `Bearer ${token}`,
  })
  expect(who.body).toMatchObject({ login: 'hotline', expiresAt: null })
})

test('what the service refuses is one clear sentence', async () => {
  const { err, exitCode } = await run('add', 'both', '--role', 'dispatcher,department-head')
  expect(exitCode).toBe(1)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(err).toMatch(/not both in one account/)
})
