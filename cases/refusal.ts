import type { Case, NewReport } from '#model/case.ts'
import type { CaseCommandName } from '#model/case-command.ts'
import type { CaseActor } from '#model/case-event.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import { Rejected } from '#model/error.ts'
import { ROLE_TITLES, type Role } from '#model/role.ts'
import { GUARDS, REPORTERS, statesInOrder } from './guards.ts'

const nameOf = (state: Case['state']): string => `${state} (${STATE_FACTS[state].title.zh})`

/** A refusal names the state the case is in, for whoever saw another. */
export const refuse = ({ state, version }: Case, why: string): Rejected =>
  new Rejected('conflict', `the case is ${nameOf(state)}: ${why}`, {
    detail: { state, version, errors: [{ code: state, detail: why }] },
  })

/**
 * The role in which somebody may give a command.
 *
 * @throws Rejected `forbidden` when none of theirs may at all, `conflict` when none may in this state
 */
export function roleFor(current: Case, command: CaseCommandName, roles: readonly Role[]): Role {
  const { states, roles: allowed } = GUARDS[command]
  const role = roles.find((each) => allowed.includes(each))
  if (role === undefined) {
    const who = allowed.map((each) => `${each} (${ROLE_TITLES[each].zh})`).join(', ')
    throw new Rejected(
      'forbidden',
      `${command} is for: ${who}; the case is ${nameOf(current.state)}`,
      {
        detail: { state: current.state, errors: [{ code: current.state, detail: `for ${who}` }] },
      },
    )
  }
  if (!states.includes(current.state)) {
    throw refuse(current, `${command} is for ${statesInOrder(states).map(nameOf).join(', ')}`)
  }
  return role
}

/**
 * The role in which somebody may hand in a report.
 *
 * @throws Rejected `forbidden` when none of theirs may
 */
export function reporterRole(source: NewReport['source'], roles: readonly Role[]): Role {
  const allowed = REPORTERS[source]
  const role = roles.find((each) => allowed.includes(each))
  if (role !== undefined) return role
  const who = allowed.map((each) => `${each} (${ROLE_TITLES[each].zh})`).join(', ')
  throw new Rejected('forbidden', `reports of the source ${source} come from: ${who}`)
}

/** The commands that an account may give now, as far as state and role say. */
export const allowedCommands = (
  { state }: Pick<Case, 'state'>,
  roles: readonly (Role | CaseActor['role'])[],
): readonly CaseCommandName[] =>
  (Object.keys(GUARDS) as CaseCommandName[]).filter((command) => {
    const guard = GUARDS[command]
    return guard.states.includes(state) && guard.roles.some((role) => roles.includes(role))
  })
