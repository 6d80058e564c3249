import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextAlarm } from '#cases/clock.ts'
import { BLANK_CASE } from '#cases/fold.ts'
import { alarm } from '#cases/steps/alarm.ts'
import type { LoneCommand } from '#cases/transition.ts'
import type { Case } from '#model/case.ts'
import { CASE_COMMAND_NAMES } from '#model/case-command.ts'
import { Rejected } from '#model/error.ts'
import { DEFAULT_POLICY, type FilingPolicy } from '#model/filing-policy.ts'
import { ROLES } from '#model/role.ts'
import { accountOf, TEST_WORLD } from '#tests/support/case-rules.ts'
import { at, Walk } from './fixtures.ts'

const reason = 'because'
const inspectorId = accountOf('inspector')
const withPolicy = (more: Partial<FilingPolicy>) => ({
  ...TEST_WORLD,
  policyOf: () => ({ ...DEFAULT_POLICY, ...more }),
})

const commands = fc.record({
  name: fc.constantFrom(
    ...CASE_COMMAND_NAMES.filter((each) => each !== 'merge' && each !== 'split'),
  ),
  role: fc.constantFrom(...ROLES),
  passed: fc.boolean(),
  minutes: fc.integer({ min: 0, max: 3_000 }),
})

test('whatever is asked of a case, its fields agree with each other and refusals change nothing', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), fc.boolean(), (given, automatic) => {
      const world = withPolicy({
        skipAcceptance: automatic ? 'always' : 'never',
        autoDispatch: automatic,
      })
      const walk = new Walk(at('2026-02-10 09:00'), world, {
        department: automatic ? 'water' : null,
      })
      for (const { name, role, passed, minutes } of given) {
        walk.minutes(minutes)
        walk.take(alarm(walk.case, walk.moment()))
        const before = walk.case
        try {
          const command = {
            name,
            reason,
            passed,
            inspectorId,
            departmentId: 'roads',
            by: 'leader',
            isKey: !before.isKey,
            until: new Date(walk.now + 86_400_000).toISOString(),
          }
          walk.by(role, command as LoneCommand)
        } catch (error) {
          if (!(error instanceof Rejected)) throw error
          expect(walk.case).toBe(before)
        }
        agree(walk.case, walk)
      }
    }),
    { numRuns: 500 },
  )
})

function agree(current: Case, { now }: Walk): void {
  expect(current.nextAlarmAt).toBe(nextAlarm(current))
  expect(current.extensions).toBeLessThanOrEqual(2)
  expect(current.parkings).toBeLessThanOrEqual(1)
  expect(current.state === 'parked').toBe(current.parkedUntil !== null)
  expect(new Set(current.lateDuties).size).toBe(current.lateDuties.length)
  expect(current.stateSince).toBeLessThanOrEqual(now)
  if (current.deadlineMark === 'overdue') expect(current.deadlineAt).toBeLessThan(now)
  if (['dispatched', 'handling', 'parked'].includes(current.state)) {
    expect(current.departmentId).not.toBeNull()
  }
  if (current.state === 'closed') expect(current.closedAt).not.toBeNull()
  expect(Object.keys(current).sort()).toEqual(Object.keys(BLANK_CASE).sort())
}
