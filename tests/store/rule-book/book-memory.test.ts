import { expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import type { Session } from '#store/query.ts'
import { BookMemory } from '#store/rule-book/book-memory.ts'
import { testLanguage, tiltRule } from '#tests/support/rule-language.ts'

/** A database with one rule, whose version the test sets, and which may be away. */
function fakeDatabase() {
  const state = { version: 1, away: false }
  const session = {
    async query(text: string) {
      if (state.away) throw new Error('connection lost')
      const row = {
        rule_id: 'cover-askew',
        version: state.version,
        document: tiltRule(15),
        origin: 'library',
        author: 'wanmi',
        note: null,
        created_at: epochMs(0),
        enabled: true,
        follows_library: true,
        newest: state.version,
        newest_of_library: state.version,
      }
      return Promise.resolve({ rows: text.includes('rule_override') ? [] : [row] })
    },
  }
  return { state, session: session as unknown as Session }
}

test('what was committed while the database went away is known when it is back', async () => {
  const { state, session } = fakeDatabase()
  const memory = new BookMemory(session, testLanguage, silentLogger)
  await memory.read()
  const heard = new Promise((resolve) => memory.onChange(resolve))
  Object.assign(state, { version: 2, away: true })
  await memory.refresh()
  expect(memory.rules.get('cover-askew')?.version).toBe(1)
  state.away = false
  expect(await heard).toMatchObject({ rules: [{ version: 2 }] })
  memory.close()
})

test('nobody is told of a change that changes nothing', async () => {
  const { session } = fakeDatabase()
  const memory = new BookMemory(session, testLanguage, silentLogger)
  await memory.read()
  const heard: unknown[] = []
  memory.onChange((snapshot) => heard.push(snapshot))
  await memory.refresh()
  expect(heard).toEqual([])
})

test('a part that fails at a change neither undoes it nor misses the next', async () => {
  const { state, session } = fakeDatabase()
  const memory = new BookMemory(session, testLanguage, silentLogger)
  const heard: unknown[] = []
  memory.onChange(({ rules }) => {
    heard.push(rules[0]?.version)
    throw new Error('cannot')
  })
  await memory.refresh()
  state.version = 2
  await memory.refresh()
  expect(heard).toEqual([1, 2])
  expect(memory.rules.get('cover-askew')?.version).toBe(2)
})

test('a document that not even the parser expects is a fault of its rule alone', async () => {
  const parse = (): never => {
    throw new TypeError('no such node')
  }
  const memory = new BookMemory(fakeDatabase().session, { ...testLanguage, parse }, silentLogger)
  await memory.read()
  expect(memory.rules.get('cover-askew')).toMatchObject({ facts: null, fault: 'no such node' })
})
