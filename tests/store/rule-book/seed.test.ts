import { expect, test } from 'vitest'
import { tiltRule } from '#tests/support/rule-language.ts'
import { by, eachWithBook, ID } from './book-fixture.ts'

const city = eachWithBook()

test('a shipped rule is version 1 in force, and the same library changes nothing', async () => {
  expect(await city.ship(tiltRule(15))).toEqual({ added: [ID], updated: [], offered: [] })
  expect(city.book.get(ID)).toMatchObject({
    version: 1,
    origin: 'library',
    enabled: true,
    document: tiltRule(15),
    waitingVersion: null,
    facts: { kinds: ['manhole-cover'], severity: 'warning' },
  })
  expect(await city.ship(tiltRule(15))).toEqual({ added: [], updated: [], offered: [] })
  expect(city.heard).toHaveLength(1)
  expect(city.heard[0]?.rules).toMatchObject([{ ruleId: ID, version: 1, fault: null }])
})

test('a shipped rule that changed is put in force where the city left it alone', async () => {
  await city.ship(tiltRule(15))
  expect(await city.ship(tiltRule(12))).toMatchObject({ updated: [ID], offered: [] })
  expect(city.book.get(ID)).toMatchObject({ version: 2, origin: 'library', waitingVersion: null })
})

test('a city that has a version of its own keeps it, and the newer shipped one waits', async () => {
  await city.ship(tiltRule(15))
  await city.book.publish(ID, tiltRule(20), by)
  expect(await city.ship(tiltRule(12))).toMatchObject({ updated: [], offered: [ID] })
  expect(city.book.get(ID)).toMatchObject({ version: 2, origin: 'city', waitingVersion: 3 })
  // It was offered once; the next start does not offer it again.
  expect(await city.ship(tiltRule(12))).toMatchObject({ offered: [] })
  // Whoever puts it in force follows the library from then on.
  await city.book.rollBack(ID, 3, by)
  expect(await city.ship(tiltRule(11))).toMatchObject({ updated: [ID] })
  expect(city.book.get(ID)).toMatchObject({ version: 4, waitingVersion: null })
})

test('a city that went back to an older shipped version is not moved forward', async () => {
  await city.ship(tiltRule(15))
  await city.ship(tiltRule(12))
  await city.book.rollBack(ID, 1, by)
  expect(await city.ship(tiltRule(10))).toMatchObject({ offered: [ID] })
  expect(city.book.get(ID)).toMatchObject({ version: 1, waitingVersion: 3 })
})

test('a change of the city that ships later is the shipped rule again', async () => {
  await city.ship(tiltRule(15))
  await city.book.publish(ID, tiltRule(12), by)
  expect(await city.ship(tiltRule(12))).toMatchObject({ updated: [ID] })
  expect(city.book.get(ID)).toMatchObject({ version: 3, origin: 'library', waitingVersion: null })
})

test('a rule that no longer ships stays, and so does one of the city alone', async () => {
  await city.ship(tiltRule(15))
  await city.book.publish('own-rule', tiltRule(40, { id: 'own-rule' }), by)
  await city.ship()
  expect(city.book.list().map(({ ruleId }) => ruleId)).toEqual([ID, 'own-rule'])
  expect(await city.ship(tiltRule(41, { id: 'own-rule' }))).toMatchObject({ offered: ['own-rule'] })
  expect(city.book.get('own-rule')).toMatchObject({ version: 1, waitingVersion: 2 })
})

test('a library that is not right changes nothing', async () => {
  const bad = tiltRule(15).replace('tilt_deg', 'tilt_degrees')
  await expect(city.ship(tiltRule(10), bad)).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(city.ship(tiltRule(10), tiltRule(11))).rejects.toThrow(/two documents/)
  expect(city.book.list()).toEqual([])
})
