import type { Case } from '#model/case.ts'
import { type LimitUnit, WORKING_UNITS } from '#model/limit.ts'
import type { RemainingTime } from '#model/remaining-time.ts'
import type { EpochMs } from '#model/time.ts'
import type { CaseWorld } from './case-world.ts'
import { DUTY_OF, handleLimit } from './clock.ts'
import { unitTimeBetween } from './time/deadline.ts'

/** Null where no clock runs for a case. */
export function remainingTime(
  current: Case,
  { time, policyOf }: Pick<CaseWorld, 'time' | 'policyOf'>,
  at: EpochMs,
): RemainingTime | null {
  const { deadlineAt, state, kind, condition } = current
  const duty = DUTY_OF[state]
  if (duty === null || deadlineAt === null) return null
  const policy = policyOf(kind, condition)
  const limit = duty === 'handle' ? handleLimit(current, policy) : policy.limits[duty]
  // A deadline that was extended to an instant stays, whatever became of the limit.
  const unit: LimitUnit = limit?.unit ?? 'continuous-hour'
  const isWorkTime = WORKING_UNITS.includes(unit)
  return {
    left: unitTimeBetween(at, deadlineAt, unit, time),
    isWorkTime,
    isRunning: !isWorkTime || time.isWorking(at),
    turnsAt: isWorkTime ? time.turnsAt(at) : null,
    at,
  }
}
