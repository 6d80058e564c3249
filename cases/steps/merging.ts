import { type CaseStep, step, withUploads } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { enter } from '#cases/clock.ts'
import { refuse } from '#cases/refusal.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import type { CaseEvent } from '#model/case-event.ts'
import { STATE_FACTS } from '#model/case-state.ts'

/** What is to be written on two cases at once. */
export interface OfTwo {
  readonly own: readonly CaseStep[]
  readonly other: readonly CaseStep[]
}

/**
 * One case goes into another that is about the same. Its episodes go with it, and come back when it
 * is split off again.
 */
export function merge(
  current: Case,
  master: Case,
  episodeIds: readonly string[],
  command: CaseCommandOf<'merge'>,
  moment: CaseMoment,
): OfTwo {
  if (master.id === current.id) throw refuse(current, 'a case is not merged into itself')
  if (STATE_FACTS[master.state].isOver) {
    throw refuse(current, `case ${master.number} is ${master.state} and takes in no other`)
  }
  if (current.kind !== master.kind) {
    throw refuse(
      current,
      `it is about a ${current.kind}, case ${master.number} about a ${master.kind}`,
    )
  }
  const reason = command.reason ?? null
  return {
    own: withUploads(
      [
        step(current, 'merged', moment, {
          reason,
          detail: { otherId: master.id, before: current.state, episodeIds },
          changes: { ...enter(current, 'merged', moment), masterId: master.id },
        }),
      ],
      command,
    ),
    other: [
      step(master, 'took-in', moment, {
        reason,
        detail: { otherId: current.id, episodeIds },
        changes: { joined: master.joined + current.joined + 1 },
      }),
    ],
  }
}

/** Undoes a merge: the case goes on where it was. */
export function split(
  current: Case,
  master: Case,
  merged: Pick<CaseEvent, 'detail'>,
  command: CaseCommandOf<'split'>,
  moment: CaseMoment,
): OfTwo {
  const { before = 'reported', episodeIds = [] } = merged.detail
  const { reason } = command
  return {
    own: withUploads(
      [
        step(current, 'split', moment, {
          reason,
          detail: { otherId: master.id, episodeIds },
          changes: { ...enter(current, before, moment), masterId: null },
        }),
      ],
      command,
    ),
    other: [
      step(master, 'gave-back', moment, {
        reason,
        detail: { otherId: current.id, episodeIds },
        changes: { joined: Math.max(0, master.joined - current.joined - 1) },
      }),
    ],
  }
}
