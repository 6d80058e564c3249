import { expect, test } from 'vitest'
import { alarm } from '#cases/steps/alarm.ts'
import { prove } from '#cases/steps/checking.ts'
import { merge, split } from '#cases/steps/merging.ts'
import { transition } from '#cases/transition.ts'
import type { Case } from '#model/case.ts'
import { DEFAULT_POLICY, type FilingPolicy } from '#model/filing-policy.ts'
import { epochMs, milliseconds } from '#model/time.ts'
import { uuid } from '#tests/store/fixtures.ts'
import { accountOf, TEST_WORLD } from '#tests/support/case-rules.ts'
import { at, caseIn, told, Walk } from './fixtures.ts'

const reason = 'because'
const inspectorId = accountOf('inspector')
const withPolicy = (more: Partial<FilingPolicy>) => ({
  ...TEST_WORLD,
  policyOf: () => ({ ...DEFAULT_POLICY, ...more }),
})
/** Four working hours to handle it. */
const WORKING = withPolicy({ handleLimit: { amount: 4, unit: 'working-hour' } })

test('a case goes through all seven stages, each with its clock', () => {
  const walk = new Walk(at('2026-11-23 09:00'), WORKING)
  expect(told(walk.case.deadlineAt)).toBe('2026-11-23 10:00')
  walk.move('2026-11-23 09:20').by('acceptor', { name: 'accept' })
  walk.move('2026-11-23 09:30').by('duty-officer', { name: 'file' })
  // 1 h to accept, 1 to file, 1 to dispatch, 4 to handle, 4 to check, 2 to close, of working hours
  // but for the first.
  expect(told(walk.case.caseDeadlineAt)).toBe('2026-11-24 16:00')
  walk.move('2026-11-23 10:00').by('dispatcher', { name: 'dispatch', departmentId: 'water' })
  expect(told(walk.case.deadlineAt)).toBe('2026-11-23 16:00')
  walk.move('2026-11-23 11:00').by('department-handler', { name: 'start' })
  expect(told(walk.case.deadlineAt)).toBe('2026-11-23 16:00')
  walk.move('2026-11-23 15:00').by('department-handler', { name: 'feed-back', reason })
  walk.move('2026-11-23 15:30').by('acceptor', { name: 'ask-post-check', inspectorId })
  // The clock of the check goes on from the feedback.
  expect(told(walk.case.deadlineAt)).toBe('2026-11-24 09:00')
  walk.move('2026-11-23 16:30').by('inspector', { name: 'post-check', passed: true, reason })
  walk.move('2026-11-23 17:00').by('duty-officer', { name: 'close' })
  expect(walk.case).toMatchObject({ state: 'closed', lateDuties: [], deadlineAt: null })
  expect(walk.types).toEqual([
    'opened',
    'accepted',
    'filed',
    'dispatched',
    'started',
    'fed-back',
    'post-check-asked',
    'post-checked',
    'closed',
  ])
})

test('an extension adds one original limit, twice at most, asked for before the deadline', () => {
  const walk = new Walk(at('2026-02-13 14:00'), WORKING)
  walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  walk.by('dispatcher', { name: 'dispatch', departmentId: 'water' })
  // Friday; Saturday the 14th is worked for the Spring Festival.
  expect(told(walk.case.handleDeadlineAt)).toBe('2026-02-13 18:00')
  const ask = { name: 'ask-extension', reason } as const
  walk.move('2026-02-13 17:00').by('department-head', ask)
  expect(() => walk.by('department-head', ask)).toThrow('is asked for already')
  walk.by('duty-officer', { name: 'grant-extension' })
  expect(told(walk.case.handleDeadlineAt)).toBe('2026-02-14 12:00')
  walk
    .move('2026-02-14 12:00')
    .by('department-head', ask)
    .by('dispatcher', { name: 'grant-extension' })
  expect(told(walk.case.handleDeadlineAt)).toBe('2026-02-14 18:00')
  expect(told(walk.case.originalDeadlineAt)).toBe('2026-02-13 18:00')
  expect(() => walk.by('department-head', ask)).toThrow('it was extended 2 times')

  const late = new Walk(at('2026-02-13 14:00'), WORKING)
  late.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  late.by('dispatcher', { name: 'dispatch', departmentId: 'water' }).move('2026-02-13 18:01')
  expect(() => late.by('department-head', ask)).toThrow('before the deadline')
})

test('parking stops the clock across a holiday, once, for a year at most, and it goes on by itself', () => {
  const walk = new Walk(at('2026-02-13 15:00'), WORKING)
  walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  walk.by('dispatcher', { name: 'dispatch', departmentId: 'water' })
  walk.by('department-handler', { name: 'start' })
  walk.move('2026-02-13 16:00')
  const park = (until: string) => ({ name: 'ask-parking', reason, until }) as const
  expect(() => walk.by('department-head', park('2027-03-01T00:00:00+08:00'))).toThrow(
    'a year at most',
  )
  expect(() => walk.by('department-head', park('2026-02-01T00:00:00+08:00'))).toThrow('to come')
  walk
    .by('department-head', park('2026-02-20T00:00:00+08:00'))
    .by('duty-officer', { name: 'grant-parking' })
  expect(walk.case).toMatchObject({ state: 'parked', deadlineAt: null })
  expect(walk.case.handleLeft_ms).toBe(3 * 3_600_000)
  expect(told(walk.case.nextAlarmAt)).toBe('2026-02-20 00:00')
  walk.move('2026-02-20 08:00')
  walk.take(alarm(walk.case, walk.moment()))
  // The festival lasts until the 23rd; the three hours left run on the 24th.
  expect(walk.case).toMatchObject({ state: 'handling', parkings: 1 })
  expect(told(walk.case.handleDeadlineAt)).toBe('2026-02-24 11:00')
  expect(() => walk.by('department-head', park('2026-03-01T00:00:00+08:00'))).toThrow('parked once')
})

test('what a department returns goes to another with the whole limit, and the case has its time back', () => {
  const walk = new Walk(at('2026-11-23 09:00'), WORKING)
  walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  const whole = told(walk.case.caseDeadlineAt)
  expect(whole).toBe('2026-11-24 16:00')
  walk.by('dispatcher', { name: 'dispatch', departmentId: 'water' })
  walk.move('2026-11-23 11:00').by('department-handler', { name: 'return', reason: 'not ours' })
  expect(walk.case).toMatchObject({ state: 'filed', departmentId: null, returns: 1 })
  expect(told(walk.case.caseDeadlineAt)).toBe('2026-11-24 18:00')
  walk.move('2026-11-23 11:30').by('dispatcher', { name: 'dispatch', departmentId: 'roads' })
  expect(told(walk.case.handleDeadlineAt)).toBe('2026-11-23 17:30')
  expect(told(walk.case.originalDeadlineAt)).toBe('2026-11-23 15:00')
})

test('a failed check sends it back to the same department with the limit anew', () => {
  const walk = new Walk(at('2026-11-23 09:00'), WORKING)
  walk.case = caseIn('checking')
  walk
    .move('2026-11-23 10:00')
    .by('inspector', { name: 'post-check', passed: false, reason: 'open' })
  expect(walk.case).toMatchObject({ state: 'dispatched', departmentId: 'water', reworks: 1 })
  expect(walk.types.slice(-2)).toEqual(['post-checked', 'reworked'])
})

test('the clock tells each thing once, at its time, however late it is looked at', () => {
  const walk = new Walk(at('2026-11-23 09:00'), WORKING)
  walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  walk.by('dispatcher', { name: 'dispatch', departmentId: 'water' })
  const tell = () => {
    const steps = alarm(walk.case, walk.moment())
    walk.take(steps)
    return steps.map(({ type, detail }) => [type, told(detail.dueAt ?? null)])
  }
  // Four fifths of four hours.
  expect(told(walk.case.nextAlarmAt)).toBe('2026-11-23 14:12')
  expect(tell()).toEqual([])
  walk.move('2026-11-23 14:12')
  expect(tell()).toEqual([['soon-overdue', '2026-11-23 15:00']])
  expect(tell()).toEqual([])
  walk.move('2026-11-23 15:00')
  expect(tell()).toEqual([])
  walk.now = epochMs(walk.now + 1)
  expect(tell()).toEqual([
    ['overdue', '2026-11-23 15:00'],
    ['urged', null],
  ])
  expect(walk.case.lateDuties).toEqual(['handle'])
  expect(tell()).toEqual([])
  walk.move('2026-12-30 00:00')
  expect(tell()).toEqual([['overdue', '2026-11-24 16:00']])
  expect(walk.case.nextAlarmAt).toBeNull()
})

test('good readings propose or close, bad ones send it back, none ask for a person', () => {
  const proof = {
    from: at('2026-11-23 10:00'),
    to: at('2026-11-23 11:00'),
    readings: 7,
    evidence: [],
  }
  const fedBack = (policy: Partial<FilingPolicy>): Walk => {
    const walk = new Walk(at('2026-11-23 09:00'), withPolicy(policy))
    walk.case = { ...walk.case, verify_ms: milliseconds(3_600_000) }
    walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
    walk.by('dispatcher', { name: 'dispatch', departmentId: 'water' })
    walk.by('department-handler', { name: 'start' })
    return walk.by('department-handler', { name: 'feed-back', reason })
  }
  const proved = (policy: Partial<FilingPolicy>, outcome: 'good' | 'bad' | 'silent'): Walk => {
    const walk = fedBack(policy).minutes(60)
    walk.take(prove(walk.case, { outcome, proof }, walk.moment()))
    return walk
  }
  expect(proved({ sensorClosing: 'propose' }, 'good').case).toMatchObject({
    state: 'checked',
    watch: 'good',
    checkedBy: null,
  })
  expect(proved({ sensorClosing: 'close' }, 'good').case.state).toBe('closed')
  expect(proved({}, 'bad').case).toMatchObject({ state: 'dispatched', reworks: 1 })
  expect(proved({}, 'silent').case).toMatchObject({ state: 'fed-back', watch: 'silent' })
  const unwatched = fedBack({ sensorClosing: 'none' })
  expect(unwatched.case.watch).toBeNull()
  expect(prove(unwatched.case, { outcome: 'good', proof }, unwatched.moment())).toEqual([])
})

test('a policy files and dispatches what a device finds at once, and it is still nobody’s doing', () => {
  const world = { ...withPolicy({ skipAcceptance: 'critical' }) }
  const owned = new Walk(at('2026-11-23 03:00'), world, { department: '供水公司' })
  expect(owned.types).toEqual(['opened', 'filed', 'dispatched'])
  expect(owned.case).toMatchObject({
    state: 'dispatched',
    departmentId: 'water',
    isAutomatic: true,
    isTouched: false,
    filedBy: null,
  })
  expect(new Walk(at('2026-11-23 03:00'), world).case.state).toBe('filed')
  expect(new Walk(at('2026-11-23 03:00'), world, { severity: 'warning' }).case.state).toBe(
    'reported',
  )
})

test('a closed case is reopened within its window, to be dispatched anew, and not later', () => {
  const walk = new Walk(at('2026-11-23 09:00'))
  walk.case = caseIn('closed')
  const reopen = { name: 'reopen', reason } as const
  walk.move('2026-12-23 09:00').by('duty-officer', reopen)
  expect(walk.case).toMatchObject({ state: 'filed', reopenings: 1, closedAt: null })
  walk.case = caseIn('closed')
  expect(() => walk.move('2026-12-23 09:01').by('duty-officer', reopen)).toThrow('30 days')
})

test('a merge is undone by its split', () => {
  const walk = new Walk(at('2026-11-23 09:00'))
  const current = walk.case
  const master: Case = { ...current, id: uuid(9), number: '9' }
  const moment = walk.moment('acceptor')
  const ids = [uuid(5)]
  const { own, other } = merge(current, master, ids, { name: 'merge', into: master.id }, moment)
  walk.take(own)
  expect(walk.case).toMatchObject({ state: 'merged', masterId: master.id })
  expect(other[0]?.changes.joined).toBe(1)
  const undone = split(
    walk.case,
    master,
    { detail: own[0]?.detail ?? {} },
    { name: 'split', reason },
    moment,
  )
  walk.take(undone.own)
  expect(walk.case).toMatchObject({ state: 'reported', masterId: null })
  expect(() => merge(current, current, [], { name: 'merge', into: current.id }, moment)).toThrow(
    'itself',
  )
})

test.each([
  ['reported', 'acceptor', { name: 'reject', reason }],
  ['handling', 'department-handler', { name: 'return', reason }],
  ['filed', 'duty-officer', { name: 'void', reason }],
  ['closed', 'duty-officer', { name: 'reopen', reason }],
] as const)(
  'in the state %s the uploads of the %s are named by what they came with',
  (state, role, given) => {
    const current = caseIn(state)
    const moment = new Walk(at('2026-11-23 09:30')).moment(role)
    const attachments = [uuid(7)]
    const [first, ...others] = transition(current, { ...given, attachments }, moment)
    expect(first?.detail.attachments).toEqual(attachments)
    expect(others.flatMap(({ detail }) => detail.attachments ?? [])).toEqual([])
  },
)
