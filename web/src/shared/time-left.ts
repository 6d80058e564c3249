import type { components } from '#web/src/api/schema.d.ts'

export type Remaining = NonNullable<components['schemas']['Case']['remaining']>

/** When each answer came: what it says is of that moment, whatever the clock of the browser says. */
const arrived = new WeakMap<Remaining, number>()

/**
 * What is left of a limit some time after the service told it. It goes on as the service said it would
 * until its clock has turned twice; whoever shows it asks again long before that.
 *
 * @param now epoch ms of the browser
 */
export function timeLeft(remaining: Remaining, now: number) {
  const since = arrived.get(remaining) ?? Date.now()
  arrived.set(remaining, since)
  const { ms, isRunning, turnsAt, at } = remaining
  const passed = Math.max(0, now - since)
  const turn = turnsAt === null ? Number.POSITIVE_INFINITY : Date.parse(turnsAt) - Date.parse(at)
  const hasTurned = passed >= turn
  const counted = isRunning ? Math.min(passed, turn) : Math.max(0, passed - turn)
  return {
    left_ms: ms - counted,
    isRunning: hasTurned ? !isRunning : isRunning,
    /** When that changes; null: it does not, or it is not known. */
    turnsAt: hasTurned ? null : turnsAt,
  }
}
