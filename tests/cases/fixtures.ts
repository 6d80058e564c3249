import type { CaseStep } from '#cases/case-step.ts'
import type { CaseMoment, CaseWorld } from '#cases/case-world.ts'
import { applyEvent, BLANK_CASE } from '#cases/fold.ts'
import { openByDevice } from '#cases/opening.ts'
import { roleFor } from '#cases/refusal.ts'
import { type LoneCommand, transition } from '#cases/transition.ts'
import type { Case } from '#model/case.ts'
import { SYSTEM_ACTOR } from '#model/case-event.ts'
import type { CaseState } from '#model/case-state.ts'
import type { Role } from '#model/role.ts'
import { type EpochMs, epochMs, parseInstant } from '#model/time.ts'
import { proposal, uuid } from '#tests/store/fixtures.ts'
import { accountOf, TEST_WORLD } from '#tests/support/case-rules.ts'

/** An instant of the city, such as `2026-02-13 17:30`. */
export const at = (text: string): EpochMs => {
  const instant = parseInstant(`${text.replace(' ', 'T')}:00+08:00`)
  if (instant === undefined) throw new Error(`${text} is no instant`)
  return instant
}

export const told = (instant: EpochMs | null): string | null =>
  instant === null
    ? null
    : new Date(instant).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16)

/** The case after steps, as the sheet would fold them. */
export function after(current: Case, steps: readonly CaseStep[], now: EpochMs): Case {
  return steps.reduce(
    (so, { changes }, index) =>
      applyEvent(so, { changes, sequence: current.version + index + 1, at: now }),
    current,
  )
}

/** One case that is walked through the flow by hand, on a clock that is put where it is wanted. */
export class Walk {
  readonly world: CaseWorld
  now: EpochMs
  case: Case
  readonly types: string[] = []

  constructor(
    now: EpochMs,
    world: CaseWorld = TEST_WORLD,
    more: Parameters<typeof proposal>[0] = {},
  ) {
    this.world = world
    this.now = now
    this.case = BLANK_CASE
    const facts = { id: uuid(1), number: '1', relapseOf: null, recurrences: 0 }
    this.take(openByDevice(proposal({ reportedAt: now, ...more }), uuid(2), facts, this.moment()))
  }

  moment(role: Role | 'system' = 'system'): CaseMoment {
    const actor =
      role === 'system' ? SYSTEM_ACTOR : { accountId: accountOf(role), name: role, role }
    return { world: this.world, now: this.now, actor }
  }

  take(steps: readonly CaseStep[]): void {
    this.types.push(...steps.map(({ type }) => type))
    this.case = after(this.case, steps, this.now)
  }

  /** By a role, as through the desk. */
  by(role: Role, command: LoneCommand): this {
    this.take(transition(this.case, command, this.moment(roleFor(this.case, command.name, [role]))))
    return this
  }

  move(to: string): this {
    this.now = at(to)
    return this
  }

  minutes(count: number): this {
    this.now = epochMs(this.now + count * 60_000)
    return this
  }
}

/** A case that has come to a state by the shortest way. */
export function caseIn(state: CaseState, now: EpochMs = at('2026-11-23 09:00')): Case {
  const walk = new Walk(now)
  const inspectorId = accountOf('inspector')
  const reason = 'because'
  const filed = () => walk.by('acceptor', { name: 'accept' }).by('duty-officer', { name: 'file' })
  const handled = () =>
    filed()
      .by('dispatcher', { name: 'dispatch', departmentId: 'water' })
      .by('department-handler', { name: 'start' })
  const fedBack = () => handled().by('department-handler', { name: 'feed-back', reason })
  const checking = () => fedBack().by('acceptor', { name: 'ask-post-check', inspectorId })
  const checked = () => checking().by('inspector', { name: 'post-check', passed: true, reason })
  const ways: Readonly<Record<CaseState, () => unknown>> = {
    reported: () => walk,
    verifying: () => walk.by('acceptor', { name: 'ask-pre-verification', inspectorId }),
    accepted: () => walk.by('acceptor', { name: 'accept' }),
    filed,
    dispatched: () => filed().by('dispatcher', { name: 'dispatch', departmentId: 'water' }),
    handling: handled,
    parked: () =>
      handled()
        .by('department-head', { name: 'ask-parking', reason, until: '2026-12-20T00:00:00+08:00' })
        .by('duty-officer', { name: 'grant-parking' }),
    'fed-back': fedBack,
    checking,
    checked,
    closed: () => checked().by('duty-officer', { name: 'close' }),
    rejected: () => walk.by('acceptor', { name: 'reject', reason }),
    voided: () => filed().by('duty-officer', { name: 'void', reason }),
    withdrawn: () => {
      walk.case = { ...walk.case, state: 'withdrawn' }
    },
    merged: () => {
      walk.case = { ...walk.case, state: 'merged', masterId: uuid(3) }
    },
  }
  ways[state]()
  return walk.case
}
