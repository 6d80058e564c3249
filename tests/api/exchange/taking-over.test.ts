import { afterAll, beforeAll, expect, test } from 'vitest'
import { hours } from '#model/time.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { csvOf, type ExchangeApi, openExchangeApi, rowOf } from './exchange-fixture.ts'

let api: ExchangeApi
beforeAll(async () => {
  api = await openExchangeApi()
})
afterAll(() => api.close())

const types = (found: { events: { type: string }[] }) => found.events.map(({ type }) => type)

test('a case of another platform is taken over, under a number of our own', async () => {
  const { status, body } = await api.take(csvOf(rowOf({ 任务号: 'new-1' })))
  expect({ status, body }).toEqual({
    status: 200,
    body: { dryRun: false, opened: 1, updated: 0, unchanged: 0, rejected: 0, rows: [] },
  })
  const found = await api.caseOf('new-1')
  expect(found).toMatchObject({
    number: expect.stringMatching(/^14080220261120\d{5}$/) as string,
    state: 'handling',
    vendorStage: 4,
    source: 'hotline',
    kind: 'part',
    class: '0103',
    condition: 'missing-or-displaced',
    limit: { amount: 2, unit: 'continuous-hour' },
    title: '雨水井盖缺失、移位或开裂且有隐患',
    outsideSystem: 'old-platform',
    outsideNumber: 'new-1',
    departmentId: 'water',
    place: { lon_deg: 111.006, lat_deg: 35.022 },
    address: '河东东街与红旗西街路口，"井盖"旁',
    reportedAt: '2026-11-20T01:12:00.000Z',
    acceptedAt: '2026-11-20T01:20:00.000Z',
    startedAt: '2026-11-20T02:15:00.000Z',
    stateSince: '2026-11-20T02:15:00.000Z',
    handleDeadlineAt: '2026-11-20T04:30:00.000Z',
    deadlineAt: '2026-11-20T04:30:00.000Z',
    deadlineMark: 'overdue',
    reworks: 1,
    isUrgent: true,
    severity: 'critical',
  })
  expect(found.events).toMatchObject([
    { type: 'opened', origin: 'import', actor: { role: 'administrator' }, state: 'handling' },
  ])
})

test('who reported it is told to those who may ask back, and to no department', async () => {
  await api.take(csvOf(rowOf({ 任务号: 'who-1' })))
  const { id } = await api.caseOf('who-1')
  const acceptor = await addAccount(api.people, ['acceptor'])
  const handler = await addAccount(api.people, ['pipe-operator'])
  const seen = await api.call('GET', `/api/v1/cases/${id}`, undefined, acceptor.headers)
  expect(seen.body.reports).toMatchObject([
    { reporterName: 'old-platform', contact: { name: '张三' }, outsideNumber: 'who-1' },
  ])
  for (const who of [handler, acceptor]) {
    const file = await api.write('format=csv&outsideNumber=who-1', who.headers)
    expect(file.text.includes('张三')).toBe(who === acceptor)
  }
})

test('the same file again changes nothing, and a newer one what it says anew', async () => {
  const row = rowOf({ 任务号: 'again-1' })
  await api.take(csvOf(row))
  const before = await api.caseOf('again-1')
  expect((await api.take(csvOf(row))).body).toMatchObject({ opened: 0, updated: 0, unchanged: 1 })
  expect(await api.caseOf('again-1')).toEqual(before)

  const done = { ...row, 处置结束时间: '2026-11-20 11:40:00', 处置意见: '已更换井盖', 阶段编号: 5 }
  expect((await api.take(csvOf(done))).body).toMatchObject({ updated: 1, unchanged: 0 })
  const after = await api.caseOf('again-1')
  expect(after).toMatchObject({
    id: before.id,
    number: before.number,
    state: 'fed-back',
    fedBackAt: '2026-11-20T03:40:00.000Z',
    deadlineMark: 'none',
  })
  expect(types(after)).toEqual(['opened', 'fed-back'])
  expect(after.events[1]).toMatchObject({ reason: '已更换井盖', origin: 'import' })

  const closed = {
    ...done,
    核查时间: '2026-11-20 14:00',
    结案时间: '2026-11-20 15:00',
    阶段编号: 6,
  }
  await api.take(csvOf(closed))
  expect(await api.caseOf('again-1')).toMatchObject({
    state: 'closed',
    closedAt: '2026-11-20T07:00:00.000Z',
    deadlineAt: null,
  })
  // Everything it was told it still says, of other fields too.
  await api.take(csvOf({ ...closed, 地址描述: '河东东街', 街道: '中城街道' }))
  const corrected = await api.caseOf('again-1')
  expect(corrected).toMatchObject({ state: 'closed', address: '河东东街' })
  expect(types(corrected)).toEqual(['opened', 'fed-back', 'closed', 'followed'])
})

test('a row that is older than what is known changes nothing, where both say when', async () => {
  const row = rowOf({ 任务号: 'old-1', 更新时间: '2026-11-20 12:00:00', 问题描述: 'second' })
  await api.take(csvOf(row))
  const older = { ...row, 更新时间: '2026-11-20 11:00:00', 问题描述: 'first' }
  expect((await api.take(csvOf(older))).body).toMatchObject({ updated: 0, unchanged: 1 })
  expect(await api.caseOf('old-1')).toMatchObject({ description: 'second' })
})

test('what was done here is not undone by what the other platform said before', async () => {
  const row = rowOf({ 任务号: 'here-1', 阶段编号: 1, 处置部门: '' })
  await api.take(csvOf(row))
  const { id } = await api.caseOf('here-1')
  const acceptor = await addAccount(api.people, ['acceptor'])
  await api.call('POST', `/api/v1/cases/${id}/accept`, {}, acceptor.headers)
  expect((await api.take(csvOf(row))).body).toMatchObject({ unchanged: 1 })
  await api.take(csvOf({ ...row, 地址描述: '北城' }))
  expect(await api.caseOf('here-1')).toMatchObject({ state: 'accepted', address: '北城' })

  const officer = await addAccount(api.people, ['duty-officer'])
  await api.call('POST', `/api/v1/cases/${id}/file`, {}, officer.headers)
  // It went on in both: the other one is behind, and may not take it back.
  const behind = await api.take(csvOf({ ...row, 地址描述: '北城', 案件状态: '待立案' }))
  expect(behind.body).toMatchObject({
    updated: 0,
    rejected: 1,
    rows: [{ line: 2, id: 'here-1', reasons: [{ code: 'went-on-here' }] }],
  })
  expect(await api.caseOf('here-1')).toMatchObject({ state: 'filed' })
  const further = await api.take(
    csvOf({ ...row, 地址描述: '北城', 案件状态: '结案', 结案时间: '2026-11-21 10:00' }),
  )
  expect(further.body).toMatchObject({ updated: 1 })
  expect(await api.caseOf('here-1')).toMatchObject({ state: 'closed' })
})

test('a case taken over goes on here with its deadlines and its department', async () => {
  const row = rowOf({
    任务号: 'on-1',
    阶段编号: 3,
    处置部门: '',
    上报时间: '2026-11-25 09:00:00',
    受理时间: '2026-11-25 09:10:00',
    立案时间: '2026-11-25 09:20:00',
    派遣时间: '',
    处置开始时间: '',
    处置截止时间: '',
  })
  await api.take(csvOf(row))
  const { id, state } = await api.caseOf('on-1')
  expect(state).toBe('filed')
  const dispatcher = await addAccount(api.people, ['dispatcher'])
  const body = { departmentId: 'water' }
  const url = `/api/v1/cases/${id}/dispatch`
  const dispatched = await api.call('POST', url, body, dispatcher.headers)
  expect(dispatched.body).toMatchObject({
    state: 'dispatched',
    departmentId: 'water',
    handleDeadlineAt: new Date(api.clock.now() + hours(2)).toISOString(),
  })
  const file = await api.write('format=ndjson&outsideNumber=on-1')
  expect(JSON.parse(file.text)).toMatchObject({
    taskNumber: 'on-1',
    system: 'old-platform',
    state: 'dispatched',
    handlingDepartment: '供水公司',
    dispatcher: dispatcher.account.name,
  })
})

test('a dry run says what would be, and changes nothing', async () => {
  await api.take(csvOf(rowOf({ 任务号: 'dry-1' })))
  const count = await api.count()
  const rows = [
    rowOf({ 任务号: 'dry-1', 地址描述: 'elsewhere' }),
    rowOf({ 任务号: 'dry-2' }),
    rowOf({ 任务号: 'dry-3', 小类: '飞碟' }),
  ]
  const { body } = await api.take(csvOf(...rows), { query: 'system=old-platform&dryRun=true' })
  expect(body).toMatchObject({ dryRun: true, opened: 1, updated: 1, rejected: 1 })
  expect(await api.count()).toBe(count)
  expect((await api.caseOf('dry-1')).address).not.toBe('elsewhere')
})

test('one number of two platforms is two cases, and a case of ours is taken over from nobody', async () => {
  await api.take(csvOf(rowOf({ 任务号: 'same' })), { query: 'system=one' })
  await api.take(csvOf(rowOf({ 任务号: 'same' })), { query: 'system=two' })
  const { body } = await api.call('GET', '/api/v1/cases?outsideNumber=same')
  expect(body.items.map((each: { outsideSystem: string }) => each.outsideSystem).sort()).toEqual([
    'one',
    'two',
  ])

  const acceptor = await addAccount(api.people, ['acceptor'])
  const report = { source: 'operator', kind: 'event', description: 'ours' }
  const ours = await api.call('POST', '/api/v1/reports', report, acceptor.headers)
  const { number, reportedAt } = ours.body.case
  const back = rowOf({ 任务号: number, 平台案号: number, 上报时间: reportedAt })
  expect((await api.take(csvOf(back))).body).toMatchObject({
    opened: 0,
    rows: [{ reasons: [{ code: 'own-case' }] }],
  })
  // Another Wanmi gave the number to a case of another moment.
  const theirs = rowOf({ 任务号: number, 平台案号: number })
  expect((await api.take(csvOf(theirs))).body).toMatchObject({ opened: 1 })
})

test('a merged case points to its master, whichever of them comes first', async () => {
  const master = rowOf({ 任务号: 'master' })
  const merged = rowOf({ 任务号: 'merged', 案件状态: '并案', 并入任务号: 'master' })
  await api.take(csvOf({ 并入任务号: '', 案件状态: '', ...master }, merged))
  const { id } = await api.caseOf('master')
  expect(await api.caseOf('merged')).toMatchObject({ state: 'merged', masterId: id })

  const early = rowOf({ 任务号: 'early', 案件状态: '并案', 并入任务号: 'late' })
  await api.take(csvOf(early))
  expect(await api.caseOf('early')).toMatchObject({ masterId: null })
  await api.take(csvOf(rowOf({ 任务号: 'late' })))
  await api.take(csvOf(early))
  const { id: late } = await api.caseOf('late')
  expect(await api.caseOf('early')).toMatchObject({ masterId: late })
})
