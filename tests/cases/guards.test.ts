import { expect, test } from 'vitest'
import { GUARDS } from '#cases/guards.ts'
import { allowedCommands, reporterRole, roleFor } from '#cases/refusal.ts'
import { type LoneCommand, transition } from '#cases/transition.ts'
import { CASE_SOURCES, type NewReport } from '#model/case.ts'
import { CASE_COMMAND_NAMES, type CaseCommandName } from '#model/case-command.ts'
import { CASE_STATES, type CaseState } from '#model/case-state.ts'
import { Rejected } from '#model/error.ts'
import { DEPARTMENT_ROLES, ROLES, type Role, SUPERVISION_ROLES } from '#model/role.ts'
import { accountOf, TEST_WORLD } from '#tests/support/case-rules.ts'
import { at, caseIn } from './fixtures.ts'

/**
 * Who may do what when, written a second time, the other way round: by state, each command with the
 * roles by their initials. A change of the guards must be meant twice.
 */
const INITIALS: Readonly<Record<string, Role>> = {
  i: 'inspector',
  a: 'acceptor',
  o: 'duty-officer',
  d: 'dispatcher',
  h: 'department-handler',
  H: 'department-head',
  p: 'pipe-operator',
}
const NOTED = 'note:iaodhHp mark-key:o'
const WITH_THEM =
  'return:hH ask-extension:hH grant-extension:do refuse-extension:do ask-parking:H ' +
  'grant-parking:o refuse-parking:o urge:do void:o'
const ALLOWED: Readonly<Record<CaseState, string>> = {
  reported: `accept:ao reject:ao ask-pre-verification:ao merge:ao ${NOTED}`,
  verifying: `pre-verify:i reject:ao merge:ao ${NOTED}`,
  accepted: `file:o reject:ao ask-pre-verification:ao merge:ao ${NOTED}`,
  filed: `dispatch:d void:o urge:do merge:ao ${NOTED}`,
  dispatched: `start:hH ${WITH_THEM} ${NOTED}`,
  handling: `feed-back:hH ${WITH_THEM} ${NOTED}`,
  parked: `resume:do void:o ${NOTED}`,
  'fed-back': `ask-post-check:ao rework:o void:o ${NOTED}`,
  checking: `post-check:i rework:o void:o urge:do ${NOTED}`,
  checked: `close:o rework:o void:o ${NOTED}`,
  closed: 'reopen:o',
  rejected: 'reopen:o',
  voided: 'reopen:o',
  withdrawn: '',
  merged: 'split:ao',
}

const isAllowed = (state: CaseState, command: CaseCommandName, role: Role): boolean => {
  const entry = ALLOWED[state].split(' ').find((each) => each.startsWith(`${command}:`))
  const initials = entry?.slice(command.length + 1) ?? ''
  return Object.entries(INITIALS).some(([key, named]) => named === role && initials.includes(key))
}

const ALL = CASE_STATES.flatMap((state) =>
  CASE_COMMAND_NAMES.flatMap((command) => ROLES.map((role) => ({ state, command, role }))),
)

const reason = 'because'
/** What each command takes so that nothing but state and role can refuse it. */
const BODIES: Readonly<Partial<Record<CaseCommandName, object>>> = {
  'ask-pre-verification': { inspectorId: accountOf('inspector') },
  'ask-post-check': { inspectorId: accountOf('inspector') },
  'pre-verify': { passed: true },
  'post-check': { passed: true },
  dispatch: { departmentId: 'roads' },
  'ask-parking': { until: '2026-12-20T00:00:00+08:00' },
  urge: { by: 'leader' },
  'mark-key': { isKey: true },
}
/** Answers to something asked for: refused for another reason where nothing was. */
const NEED_A_REQUEST = ['grant', 'refuse']

test(`of ${ALL.length} states, commands and roles each is allowed or refused as it should be`, () => {
  const wrong: unknown[] = []
  for (const { state, command, role } of ALL) {
    const current = caseIn(state)
    const outcome = tried(current, command, role)
    const allowed = isAllowed(state, command, role)
    if (allowed !== (outcome === 'allowed')) wrong.push({ state, command, role, outcome })
    if (allowed !== allowedCommands(current, [role]).includes(command)) {
      wrong.push({ state, command, role, listed: !allowed })
    }
  }
  expect(wrong).toEqual([])
})

function tried(current: ReturnType<typeof caseIn>, command: CaseCommandName, role: Role): string {
  const untouched = JSON.stringify(current)
  const asked =
    NEED_A_REQUEST.some((word) => command.startsWith(`${word}-`)) &&
    (current.state === 'dispatched' || current.state === 'handling')
      ? withRequest(current, command.endsWith('parking') ? 'parking' : 'extension')
      : current
  try {
    const as = roleFor(asked, command, [role])
    if (command !== 'merge' && command !== 'split') {
      const given = { name: command, reason, ...BODIES[command] } as LoneCommand
      const actor = { accountId: accountOf(role), name: role, role: as }
      const moment = { world: TEST_WORLD, now: at('2026-11-23 09:30'), actor }
      expect(transition(asked, given, moment).length).toBeGreaterThan(0)
    }
    return 'allowed'
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    // Whoever is refused is told the state, and nothing has changed.
    expect(error.message).toContain(current.state)
    expect(error.detail['state']).toBe(current.state)
    expect(JSON.stringify(current)).toBe(untouched)
    return error.code
  }
}

const withRequest = (current: ReturnType<typeof caseIn>, type: 'extension' | 'parking') => ({
  ...current,
  request: { type, until: at('2026-12-20 00:00'), reason, by: 'x', at: at('2026-11-23 09:10') },
})

test('a department never accepts, files, dispatches, checks or closes; supervision never handles', () => {
  const ofDepartments = CASE_COMMAND_NAMES.filter((command) =>
    GUARDS[command].roles.some((role) => DEPARTMENT_ROLES.some((each) => each === role)),
  )
  expect(ofDepartments).toEqual([
    'return',
    'start',
    'note',
    'feed-back',
    'ask-extension',
    'ask-parking',
  ])
  const handling: readonly CaseCommandName[] = ['start', 'feed-back', 'return']
  const supervising = handling.flatMap((command) =>
    GUARDS[command].roles.filter((role) => SUPERVISION_ROLES.some((each) => each === role)),
  )
  expect(supervising).toEqual([])
})

test('each source has those who may report of it, and nobody reports as an inspector who is none', () => {
  const reporting = CASE_SOURCES.filter((source) => source !== 'device').map((source) => [
    source,
    ROLES.filter((role) => mayReport(source, role)).join(' '),
  ])
  expect(Object.fromEntries(reporting)).toEqual({
    inspector: 'inspector',
    operator: 'acceptor duty-officer',
    hotline: 'acceptor duty-officer integration',
    video: 'acceptor duty-officer integration',
    outside: 'acceptor duty-officer integration',
    leader: 'acceptor duty-officer',
  })
})

function mayReport(source: NewReport['source'], role: Role): boolean {
  try {
    return reporterRole(source, [role]) === role
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return false
  }
}

test('whoever sets the system up acts on no case', () => {
  for (const role of ['administrator', 'engineer', 'integration'] as const) {
    const allowed = CASE_STATES.flatMap((state) => allowedCommands({ state }, [role]))
    expect(allowed).toEqual([])
  }
})

test('every state that is not over can be left, and every state is reached', () => {
  for (const state of CASE_STATES) expect(caseIn(state).state).toBe(state)
})
