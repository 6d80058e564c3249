import { afterAll, beforeAll, expect, test } from 'vitest'
import { COMMAND_PREDECESSORS, COMMAND_STATES, type CommandState } from '#model/command.ts'
import { epochMs, minutes } from '#model/time.ts'
import { createCommands } from '#store/queries/commands.ts'
import { NOON, uuid } from '#tests/store/fixtures.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { collectPages } from './collect-pages.ts'

let now = NOON
let fresh: TestDatabase
let commands: ReturnType<typeof createCommands>

beforeAll(async () => {
  fresh = await freshDatabase()
  commands = createCommands({ pool: fresh.database.pool, clock: { now: () => now } })
})
afterAll(() => fresh.drop())

const queue = (deviceId = 'cover-1') =>
  commands.queue({ deviceId, name: 'set-interval', args: { s: 60 }, expiresIn: minutes(10) })

/** A command brought into a state the shortest way. */
async function inState(state: CommandState) {
  const command = await queue()
  if (state !== 'queued') await commands.transition(command.deviceId, command.id, state)
  return command
}

test('a command goes exactly where the table of states lets it', async () => {
  for (const from of COMMAND_STATES) {
    for (const to of COMMAND_STATES) {
      const { id, deviceId } = await inState(from)
      const moved = await commands.transition(deviceId, id, to)
      expect(moved?.state).toBe(COMMAND_PREDECESSORS[to].includes(from) ? to : undefined)
    }
  }
})

test('the times and the result of a command are kept', async () => {
  const { id, deviceId } = await queue()
  now = epochMs(NOON + 1_000)
  await commands.transition(deviceId, id, 'sent')
  now = epochMs(NOON + 2_000)
  await commands.transition(deviceId, id, 'acknowledged')
  now = epochMs(NOON + 3_000)
  await commands.transition(deviceId, id, 'done', { interval_s: 60 })
  expect(await commands.get(id)).toMatchObject({
    state: 'done',
    sentAt: NOON + 1_000,
    acknowledgedAt: NOON + 2_000,
    finishedAt: NOON + 3_000,
    result: { interval_s: 60 },
  })
  now = NOON
})

test('of two answers to one command only the first counts', async () => {
  const { id, deviceId } = await queue()
  const answers = await Promise.all([
    commands.transition(deviceId, id, 'done'),
    commands.transition(deviceId, id, 'failed'),
  ])
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
})

test('a device cannot answer the command of another, nor one that never was', async () => {
  const { id } = await queue()
  expect(await commands.transition('cover-2', id, 'done')).toBeUndefined()
  expect(await commands.transition('cover-1', uuid(77), 'done')).toBeUndefined()
  expect(await commands.transition('cover-1', "1' or true", 'done')).toBeUndefined()
})

test('what waits for a device comes in the order it was queued, until its time is over', async () => {
  const first = await queue('cover-9')
  now = epochMs(NOON + 1)
  const second = await queue('cover-9')
  const third = await queue('cover-9')
  await commands.transition('cover-9', second.id, 'sent')
  await commands.transition('cover-9', third.id, 'failed')
  const waiting = await commands.waiting('cover-9')
  expect(waiting.map(({ id }) => id)).toEqual([first.id, second.id])
  now = epochMs(first.expiresAt)
  expect(await commands.waiting('cover-9')).toMatchObject([{ id: second.id }])
  const expired = await commands.expire()
  expect(expired.map(({ id }) => id)).toContain(first.id)
  expect(await commands.get(first.id)).toMatchObject({ state: 'expired', finishedAt: now })
  expect(await commands.get(third.id)).toMatchObject({ state: 'failed' })
  now = NOON
})

test('the commands of a device are listed page by page, the newest first', async () => {
  for (let index = 0; index < 12; index += 1) {
    now = epochMs(NOON + Math.floor(index / 4))
    await queue('cover-7')
  }
  now = NOON
  for (const limit of [1, 5, 12, 50]) {
    const found = await collectPages(
      (page) => commands.list({ deviceId: 'cover-7', ...page }),
      limit,
    )
    expect(new Set(found.map(({ id }) => id)).size).toBe(12)
  }
  await expect(commands.get(uuid(1))).rejects.toMatchObject({ code: 'not-found' })
})
