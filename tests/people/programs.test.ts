import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPeopleParts } from '#cli/service/people.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openHouse } from '#tests/broker/harness.ts'
import { enterOpen, openConnect, refusalOf } from '#tests/broker/open-house.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { addAccount } from './accounts.ts'

const ADMIN = {
  principal: { accountId: null, name: 'test', roles: ['administrator' as const] },
  address: null,
}

let database: TestDatabase
let parts: Awaited<ReturnType<typeof openPeopleParts>>
beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database.database
  const config = readConfig({})
  parts = await openPeopleParts({ config, pool, clock: systemClock, log: silentLogger })
})
afterAll(async () => {
  await parts.close()
  await database.drop()
})

/** A broker that lets in whom the accounts of the database let in. */
async function openDoors() {
  const { openMqtt } = readConfig({ MQTT_OPEN_TOPICS: 'city/#' })
  const open = { config: openMqtt, programs: parts.programs }
  const house = await openHouse({ broker: { open } })
  parts.onEnded((credentialIds) => house.broker.endCredentials(credentialIds))
  return house
}

const as = (username: string, password: string) => ({ username, password: Buffer.from(password) })

test('a program comes in by its login, in capitals too, and a token of its own', async () => {
  const house = await openDoors()
  const [bus, other] = [
    await addAccount(parts.people, ['integration']),
    await addAccount(parts.people, ['integration']),
  ]
  const { login } = bus.account
  const peer = await enterOpen(house, 'c', as(login, bus.token))
  expect(await peer.subscribe({ 'city/+': 1, 'other/#': 1 })).toEqual([1, 128])
  await enterOpen(house, 'd', as(login.toUpperCase(), bus.token))
  expect(await refusalOf(house, openConnect('e', as(login, other.token)))).toBe(4)
})

test('nobody else comes in, whatever their token opens over HTTP', async () => {
  const house = await openDoors()
  for (const role of ['engineer', 'administrator'] as const) {
    const { account, token } = await addAccount(parts.people, [role])
    expect(await refusalOf(house, openConnect('c', as(account.login, token)))).toBe(4)
  }
})

test.each(['a token that is revoked', 'an account that is disabled'])(
  '%s ends the connection at once and opens no other',
  async (what) => {
    const house = await openDoors()
    const { id, account, token } = await addAccount(parts.people, ['integration'])
    const peer = await enterOpen(house, 'c', as(account.login, token))
    const { items } = await parts.people.tokens.list(id, { limit: 1 })
    const [made] = items
    if (what.startsWith('a token')) await parts.people.tokens.revoke(id, made?.id ?? '', ADMIN)
    else await parts.people.accounts.change(id, { enabled: false }, ADMIN)
    await peer.closed
    expect(await refusalOf(house, openConnect('c', as(account.login, token)))).toBe(4)
  },
)
