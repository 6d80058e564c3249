import { expect, test } from 'vitest'
import type { RuleOverride } from '#model/rule-override.ts'
import { tiltRule } from '#tests/support/rule-language.ts'
import { by, eachWithBook, ID } from './book-fixture.ts'

const city = eachWithBook()

const override = (change: Partial<RuleOverride> = {}): RuleOverride => ({
  ruleId: ID,
  param: 'angle_deg',
  scope: 'device',
  key: 'cover-1',
  value: 30,
  ...change,
})

test('the document in force makes no new version, and another one does', async () => {
  const first = await city.book.publish(ID, tiltRule(15), { ...by, ifVersion: 0 })
  expect(first).toMatchObject({ outcome: 'new', rule: { version: 1, author: 'Li Wei' } })
  expect(await city.book.publish(ID, tiltRule(15), by)).toMatchObject({ outcome: 'same' })
  const second = await city.book.publish(ID, tiltRule(16), {
    ...by,
    note: 'too many',
    ifVersion: 1,
  })
  expect(second).toMatchObject({ outcome: 'changed', rule: { version: 2, note: 'too many' } })
  expect(await city.book.versions(ID)).toMatchObject([
    { version: 2, document: tiltRule(16) },
    { version: 1, document: tiltRule(15) },
  ])
  expect(city.heard.map(({ rules }) => rules[0]?.version)).toEqual([1, 2])
})

test('of many who change one version, one succeeds', async () => {
  await city.ship(tiltRule(15))
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) =>
      city.book.publish(ID, tiltRule(20 + at), { ...by, ifVersion: 1 }),
    ),
  )
  const refused = answers.filter((answer) => answer.status === 'rejected')
  expect(refused.map(({ reason }) => reason.code)).toEqual(Array(7).fill('conflict'))
  expect(city.book.get(ID)).toMatchObject({ version: 2, newestVersion: 2 })
})

test('versions of writers who know nothing of each other rise by one', async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, at) => city.book.publish(ID, tiltRule(20 + at), by)),
  )
  const versions = await city.book.versions(ID)
  expect(versions.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(city.book.get(ID).document).toBe(versions[0]?.document)
})

test('every change is refused when it is not of the version in force', async () => {
  await city.ship(tiltRule(15))
  const late = { ...by, ifVersion: 7 }
  for (const change of [
    () => city.book.publish(ID, tiltRule(20), late),
    () => city.book.rollBack(ID, 1, late),
    () => city.book.setEnabled(ID, false, late),
    () => city.book.setOverride(override(), late),
    () => city.book.removeOverride(override(), late),
    () => city.book.publish(ID, tiltRule(20), { ...by, ifVersion: 0 }),
    () => city.book.publish('other', tiltRule(20, { id: 'other' }), { ...by, ifVersion: 1 }),
  ]) {
    await expect(change()).rejects.toMatchObject({ code: 'conflict' })
  }
  expect(city.heard).toHaveLength(1)
})

test('what there is not is not found', async () => {
  await city.ship(tiltRule(15))
  for (const call of [
    () => city.book.versions('other'),
    () => city.book.version(ID, 2),
    () => city.book.rollBack(ID, 2, by),
    () => city.book.rollBack('other', 1, by),
    () => city.book.setEnabled('other', false, by),
    () => city.book.setOverride(override({ ruleId: 'other' }), by),
    () => city.book.removeOverride(override(), by),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'not-found' })
  }
  expect(() => city.book.overrides('other')).toThrow(/no rule other/)
})

test.each([
  ['is of another rule', tiltRule(15, { id: 'other' }), /of the rule other/],
  ['names no channel', tiltRule(15).replace('tilt_deg', 'tilt'), /tilt/],
  ['is longer than any rule', tiltRule(15) + '#'.repeat(1_000_000), /at most 65536 characters/],
  ['cannot be stored', tiltRule(15).replace('lies', '\0'), /cannot be stored/],
])('a document that %s is refused', async (_name, document, reason) => {
  await expect(city.book.publish(ID, document, by)).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(city.book.publish(ID, document, by)).rejects.toThrow(reason)
  expect(city.book.list()).toEqual([])
})

test('who did what is kept in the order in which it was done, and cannot be rewritten', async () => {
  await city.ship(tiltRule(15))
  await city.book.publish(ID, tiltRule(20), { author: 'Li Wei', note: 'new street' })
  await city.ship(tiltRule(12))
  await city.book.setEnabled(ID, false, by)
  await city.book.rollBack(ID, 1, by)
  const changes = await city.book.changes(ID, 100)
  expect(changes.map(({ action, version, author }) => [action, version, author])).toEqual([
    ['rolled-back', 1, 'Li Wei'],
    ['disabled', 2, 'Li Wei'],
    ['offered', 2, 'wanmi'],
    ['published', 2, 'Li Wei'],
    ['added', 1, 'wanmi'],
  ])
  expect(changes[3]).toMatchObject({ note: 'new street', detail: { from: 1 } })
  for (const statement of [
    `update rule_change set author = 'nobody'`,
    'delete from rule_change',
    `update rule_version set document = ''`,
    'truncate rule_change',
  ]) {
    await expect(city.query(statement)).rejects.toThrow(/never rewritten/)
  }
})

test('a document this Wanmi cannot read is left out and shown with its fault', async () => {
  await city.ship(tiltRule(15), tiltRule(15, { id: 'other' }))
  await city.book.setOverride(override(), by)
  // As a newer Wanmi would have left it.
  await city.query(
    `insert into rule_version select rule_id, 2, document || 'weather: rain', 'city', author, note,
       created_at from rule_version where rule_id = '${ID}';
     update rule set version = 2 where id = '${ID}'`,
  )
  await city.restart()
  expect(city.book.get(ID)).toMatchObject({
    version: 2,
    facts: null,
    fault: expect.stringMatching(/weather|additional/),
  })
  expect(city.book.overrides(ID)).toMatchObject([
    { fault: expect.stringMatching(/cannot be read/) },
  ])
  expect(city.book.snapshot.rules.map(({ fault }) => fault === null)).toEqual([false, true])
  await expect(city.book.rollBack(ID, 1, by)).resolves.toMatchObject({ fault: null })
  await expect(city.book.rollBack(ID, 2, by)).rejects.toMatchObject({ code: 'invalid-input' })
})

test('what was decided is there after a restart', async () => {
  await city.ship(tiltRule(15))
  await city.book.publish(ID, tiltRule(20), by)
  await city.book.setOverride(override(), by)
  const { snapshot } = city.book
  await city.restart()
  await city.ship(tiltRule(15))
  expect(city.book.snapshot).toEqual(snapshot)
})
