import type { Case } from '#model/case.ts'
import { type CaseEvent, SYSTEM_ACTOR } from '#model/case-event.ts'
import type { CaseMoment } from './case-world.ts'
import { nextAlarm } from './clock.ts'

/** An event to be: who, when and in which order come with its being written. */
export type CaseStep = Pick<
  CaseEvent,
  'type' | 'actor' | 'reason' | 'episodeId' | 'detail' | 'changes'
>

export interface StepParts {
  readonly reason?: string | null | undefined
  readonly episodeId?: string | null
  readonly detail?: CaseEvent['detail']
  readonly changes?: Partial<Case>
  /** Wanmi did it itself, whoever gave the occasion. */
  readonly bySystem?: boolean
}

/** The case after a step. */
export const afterStep = (current: Case, { changes }: Pick<CaseStep, 'changes'>): Case => ({
  ...current,
  ...changes,
})

/** An event with all that follows from what it sets: that a person acted, and the next alarm. */
export function step(
  current: Case,
  type: CaseEvent['type'],
  { actor }: Pick<CaseMoment, 'actor'>,
  { reason = null, episodeId = null, detail = {}, changes = {}, bySystem = false }: StepParts = {},
): CaseStep {
  const by = bySystem ? SYSTEM_ACTOR : actor
  const touched = by.role !== 'system' && !current.isTouched ? { isTouched: true } : {}
  const set = { ...changes, ...touched }
  const alarm = nextAlarm({ ...current, ...set })
  const alarmed = alarm === current.nextAlarmAt ? {} : { nextAlarmAt: alarm }
  return { type, actor: by, reason, episodeId, detail, changes: { ...set, ...alarmed } }
}

/** Steps one after the other, each made for the case as the one before left it. */
export function inTurn(
  start: Case,
  ...makers: readonly ((current: Case) => CaseStep | null)[]
): readonly CaseStep[] {
  const steps: CaseStep[] = []
  let current = start
  for (const make of makers) {
    const made = make(current)
    if (made === null) continue
    steps.push(made)
    current = afterStep(current, made)
  }
  return steps
}

/** Steps of a command, the first of which names the uploads that came with it. */
export function withUploads(
  steps: readonly CaseStep[],
  { attachments = [] }: { readonly attachments?: readonly string[] | undefined },
): readonly CaseStep[] {
  const [first, ...rest] = steps
  if (!first || attachments.length === 0) return steps
  return [{ ...first, detail: { ...first.detail, attachments } }, ...rest]
}
