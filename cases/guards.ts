import type { NewReport } from '#model/case.ts'
import type { CaseCommandName } from '#model/case-command.ts'
import { CASE_STATES, type CaseState, OPEN_CASE_STATES } from '#model/case-state.ts'
import type { Role } from '#model/role.ts'

/** In which states a command may be given, and by whom. */
export interface Guard {
  readonly states: readonly CaseState[]
  readonly roles: readonly Role[]
}

const BEFORE_FILING = ['reported', 'verifying', 'accepted'] as const
const WITH_DEPARTMENT = ['dispatched', 'handling'] as const
const AFTER_FEEDBACK = ['fed-back', 'checking', 'checked'] as const
const DEPARTMENT = ['department-handler', 'department-head'] as const
const CENTRE = ['acceptor', 'duty-officer'] as const

/**
 * The whole of who may do what when. What a command asks for beyond state and role (a reason, a
 * deadline not yet over) is in its step. The page `docs/case-flow.md` is made from this table.
 */
export const GUARDS: Readonly<Record<CaseCommandName, Guard>> = {
  accept: { states: ['reported'], roles: CENTRE },
  reject: { states: BEFORE_FILING, roles: CENTRE },
  'ask-pre-verification': { states: ['reported', 'accepted'], roles: CENTRE },
  'pre-verify': { states: ['verifying'], roles: ['inspector'] },
  file: { states: ['accepted'], roles: ['duty-officer'] },
  dispatch: { states: ['filed'], roles: ['dispatcher'] },
  return: { states: WITH_DEPARTMENT, roles: DEPARTMENT },
  start: { states: ['dispatched'], roles: DEPARTMENT },
  note: {
    states: OPEN_CASE_STATES,
    roles: ['inspector', ...CENTRE, 'dispatcher', ...DEPARTMENT, 'pipe-operator'],
  },
  'feed-back': { states: ['handling'], roles: DEPARTMENT },
  'ask-post-check': { states: ['fed-back'], roles: CENTRE },
  'post-check': { states: ['checking'], roles: ['inspector'] },
  close: { states: ['checked'], roles: ['duty-officer'] },
  rework: { states: AFTER_FEEDBACK, roles: ['duty-officer'] },
  void: {
    states: ['filed', ...WITH_DEPARTMENT, 'parked', ...AFTER_FEEDBACK],
    roles: ['duty-officer'],
  },
  'ask-extension': { states: WITH_DEPARTMENT, roles: DEPARTMENT },
  'grant-extension': { states: WITH_DEPARTMENT, roles: ['dispatcher', 'duty-officer'] },
  'refuse-extension': { states: WITH_DEPARTMENT, roles: ['dispatcher', 'duty-officer'] },
  'ask-parking': { states: WITH_DEPARTMENT, roles: ['department-head'] },
  'grant-parking': { states: WITH_DEPARTMENT, roles: ['duty-officer'] },
  'refuse-parking': { states: WITH_DEPARTMENT, roles: ['duty-officer'] },
  resume: { states: ['parked'], roles: ['dispatcher', 'duty-officer'] },
  urge: {
    states: ['filed', ...WITH_DEPARTMENT, 'checking'],
    roles: ['dispatcher', 'duty-officer'],
  },
  'mark-key': { states: OPEN_CASE_STATES, roles: ['duty-officer'] },
  merge: { states: [...BEFORE_FILING, 'filed'], roles: CENTRE },
  split: { states: ['merged'], roles: CENTRE },
  reopen: { states: ['closed', 'rejected', 'voided'], roles: ['duty-officer'] },
}

/** As the refusals and the docs name them: every state in its order. */
export const statesInOrder = (states: readonly CaseState[]): readonly CaseState[] =>
  CASE_STATES.filter((state) => states.includes(state))

/** Who may hand in a report of a source. Devices do it by their readings. */
export const REPORTERS: Readonly<Record<NewReport['source'], readonly Role[]>> = {
  inspector: ['inspector'],
  operator: CENTRE,
  hotline: [...CENTRE, 'integration'],
  video: [...CENTRE, 'integration'],
  outside: [...CENTRE, 'integration'],
  leader: CENTRE,
}
