import { expect, test } from 'vitest'
import { eachWithOutbox } from './outbox-fixture.ts'

const it = eachWithOutbox()

test('a hook for some types of events hears only of these', async () => {
  const { world } = it
  await world.hook({ eventTypes: ['filed', 'closed'] })
  const { caseId } = await world.cases.open()
  await world.cases.write(caseId, [{ type: 'filed' }, { type: 'noted' }, { type: 'closed' }])
  await world.run()
  expect(await world.states()).toEqual(['2 delivered', '4 delivered'])
})

test('a hook for an area hears of cases there, and of the rest of one that leaves', async () => {
  const { world } = it
  await world.hook({ areas: ['140802002', '140803'] })
  const here = await world.cases.open({ changes: { areaCode: '140802002001001' } })
  const there = await world.cases.open({ changes: { areaCode: '140802001001001' } })
  const coming = await world.cases.open({ changes: { areaCode: '140802001001001' } })
  await world.cases.write(here.caseId, [{ changes: { areaCode: '140802001001001' } }, {}])
  await world.cases.write(there.caseId, [{}])
  await world.cases.write(coming.caseId, [{ changes: { areaCode: '140803' } }, {}])
  await world.run()
  expect(await world.states({ caseId: here.caseId })).toHaveLength(3)
  expect(await world.states({ caseId: there.caseId })).toEqual([])
  expect(await world.states({ caseId: coming.caseId })).toEqual(['2 delivered', '3 delivered'])
})

test('a hook for a department hears of a case once it is given to it', async () => {
  const { world } = it
  await world.hook({ departments: ['drainage'] })
  const { caseId } = await world.cases.open({ changes: { departmentId: null } })
  await world.cases.write(caseId, [
    { type: 'dispatched', changes: { departmentId: 'roads' } },
    { type: 'returned', changes: { departmentId: null } },
    { type: 'dispatched', changes: { departmentId: 'drainage' } },
    { type: 'closed' },
  ])
  await world.run()
  expect(await world.states()).toEqual(['4 delivered', '5 delivered'])
})

test('each hook has its own way through a case', async () => {
  const { world } = it
  const all = (await world.hook()).webhook.id
  const some = (await world.hook({ eventTypes: ['closed'] })).webhook.id
  const { caseId } = await world.cases.open()
  await world.cases.write(caseId, [{ type: 'closed' }])
  await world.run()
  expect(await world.states({ webhookId: all })).toEqual(['1 delivered', '2 delivered'])
  expect(await world.states({ webhookId: some })).toEqual(['2 delivered'])
})
