import { DUTY_OF } from '#cases/clock.ts'
import { GUARDS, statesInOrder } from '#cases/guards.ts'
import { EXTENSIONS_MAX } from '#cases/steps/handling.ts'
import { CASE_COMMAND_NAMES } from '#model/case-command.ts'
import {
  CASE_STATES,
  type CaseState,
  OPEN_CASE_STATES,
  STAGE_TITLES,
  STATE_FACTS,
} from '#model/case-state.ts'
import { DEFAULT_POLICY, LIMITED_DUTIES, SAME_SPOT_M } from '#model/filing-policy.ts'
import { ROLE_TITLES, ROLES, type Role } from '#model/role.ts'

const limit = ({ amount, unit }: { readonly amount: number; readonly unit: string }): string =>
  `${amount} ${unit}${amount === 1 ? '' : 's'}`

const stateLine = (state: CaseState): string => {
  const { stage, vendorStage, title } = STATE_FACTS[state]
  const { en, zh } = STAGE_TITLES[stage]
  return `| \`${state}\` | ${title.zh} | ${title.en} | ${zh} ${en} | ${vendorStage} | ${DUTY_OF[state] ?? '–'} |`
}

const ofStates = (states: readonly CaseState[]): string =>
  states.length === OPEN_CASE_STATES.length &&
  states.every((each) => OPEN_CASE_STATES.includes(each))
    ? 'every one that is not over'
    : statesInOrder(states)
        .map((state) => `\`${state}\``)
        .join(', ')

const ACTORS: readonly Role[] = ROLES.filter((role) =>
  Object.values(GUARDS).some(({ roles }) => roles.includes(role)),
)

const guardLine = (command: (typeof CASE_COMMAND_NAMES)[number]): string => {
  const { states, roles } = GUARDS[command]
  const marks = ACTORS.map((role) => (roles.includes(role) ? '●' : '')).join(' | ')
  return `| \`${command}\` | ${ofStates(states)} | ${marks} |`
}

/** `docs/case-flow.md`: states and guards are those the service goes by. */
export function caseFlowPage(): string {
  return `# The flow of a case

This page is made by \`npm run generate\` from the tables the service goes by.

A case begins with what a rule found at a device, or with what a person or another system reported. It is
filed under a **filing condition**, which fixes how long handling may take and what closes it, goes to a
department, and is closed by proof: an inspector who looked, or the readings of its own sensor.

A case **is what its events come to**. Each event says who did it in which role, when, why, from where,
and which fields it set; the row of the case is written with it in one transaction and can be made
again from the events alone. Nothing of an event is ever changed.

## States

| state | 中文 | | stage | number | to be done |
| --- | --- | --- | --- | :-: | --- |
${CASE_STATES.map(stateLine).join('\n')}

The number is the one that common platforms give the stage: 1 待受理, 3 立案派遣, 4 处理中, 5 核查结案,
6 结案, 7 作废, 8 挂账.

## Who may do what, and when

Each command is \`POST /api/v1/cases/{id}/{command}\`. Whoever has none of its roles is \`forbidden\`; in
another state it is a \`conflict\`. Either way the answer names the state the case is in, and nothing has
changed. A command may carry the \`version\` of the case it was meant for, and is refused when that has
changed. Of several at once each sees what the one before left.

| command | in states | ${ACTORS.map((role) => ROLE_TITLES[role].zh).join(' | ')} |
| --- | --- | ${ACTORS.map(() => ':-:').join(' | ')} |
${CASE_COMMAND_NAMES.map(guardLine).join('\n')}

${ACTORS.map((role) => `${ROLE_TITLES[role].zh} \`${role}\``).join(', ')}. An account of a department never
accepts, files, dispatches, checks or closes; one of supervision never handles. Administrators,
engineers and other systems act on no case.

Beyond state and role:

- **Extension** (延期): asked for before the deadline, ${EXTENSIONS_MAX} at most; each adds one original limit
  to the deadline of handling and to that of the whole case.
- **Parking** (挂账): once, until a date within a year. The clocks stop with what is left on
  them and go on by themselves at that date.
- **Return** (回退): the time the case was with a department that it was not for is given back to the whole
  case, and the next department has the whole limit.
- **Rework** (返工): a failed check, or readings that are still bad, send it back to the same department
  with the limit anew.
- **Pre-verification and post-check** are for the inspector who was asked, by name or the nearest on
  duty in the area.
- **Reopening** (重开): within the window of the policy.
- **Merging** (并案): before dispatch, into a case that is not over, of the same kind. The episodes go along,
  and come back with a split (拆案).

## Clocks

${LIMITED_DUTIES.map((duty) => `- \`${duty}\`: ${limit(DEFAULT_POLICY.limits[duty])}`).join('\n')}
- \`handle\`: as the filing condition says, from the dispatch on

These are our defaults, to be set for each filing condition. The deadline of the **whole case** is all of
them one after the other, from the report on. What is done late stays in \`lateDuties\`. At ${DEFAULT_POLICY.soonShare * 100} % of a
limit the case is *soon overdue*, past it *overdue*; both are events, told within a second, also after a
restart, with the instant they were due. How limits run: [working time](work-time.md).

## One thing, one case

- A finding joins the open case of its object and phenomenon; there is never a second one.
- A report joins the open case about the same part, else the one of the same class within ${SAME_SPOT_M} m that
  is not older than the policy says. A finding takes over what a person reported of it before.
- Cases of the same class within ${SAME_SPOT_M} m are counted as **recurring** (重复发案), which is another thing.
- A case of an object and condition that was closed shortly before names it as its **relapse**.
- When the last episode of a case is taken back, the case is **withdrawn**, unless a person has acted.

## Policies

\`PUT /api/v1/filing-conditions/{kind}/{condition}/policy\` sets, for each filing condition: whether what a
device finds is filed and dispatched at once (\`skipAcceptance\`), whether what is filed goes to the proposed
department by itself (\`autoDispatch\`), what good readings do after feedback (\`sensorClosing\`), the limits and
the windows. Which department is proposed: the one that the record of the part names, else the most
particular of the \`dispatch-rules\` for its class and area.

## Closed by the sensor

After feedback a case whose rule says \`verify\` watches its object. Readings that stay good for that span,
without a gap longer than the rule bears, propose to close it, or close it. A reading that is still bad, or
a new episode, sends it back to handling with the proof. Where nothing comes nothing is closed: the case
asks for a person.
`
}
