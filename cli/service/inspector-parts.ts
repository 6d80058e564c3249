import type { Case } from '#model/case.ts'
import type { Device } from '#model/device.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import type { Clock } from '#runtime/clock.ts'
import type { CaseDesk } from '#store/cases/case-desk.ts'
import type { createCaseQueries } from '#store/queries/cases.ts'
import type { createCommands } from '#store/queries/commands.ts'
import { inspectorTasks } from './inspector-tasks.ts'
import type { openPeopleParts } from './people.ts'
import { createTerminalTasks } from './terminal-tasks.ts'

interface InspectorPartsOptions {
  readonly desk: CaseDesk
  readonly cases: Pick<ReturnType<typeof createCaseQueries>, 'list' | 'events'>
  readonly commands: ReturnType<typeof createCommands>
  readonly directory: { find(id: string): Device | undefined }
  readonly people: Pick<Awaited<ReturnType<typeof openPeopleParts>>, 'carrierOf' | 'terminalOf'>
  readonly deliver: (deviceId: string) => void
  readonly clock: Clock
}

const PAGE = 1_000

/** Inspectors with their terminals, as the broker and the flow of cases need them. */
export function openInspectorTasks(options: InspectorPartsOptions) {
  const { desk, cases, commands, directory, people, deliver, clock } = options
  const tasks = createTerminalTasks({ commands, findDevice: (id) => directory.find(id), deliver })
  return inspectorTasks({
    desk,
    waiting: () => waitingCases(cases),
    give: (deviceId, task, expiresIn, id) => tasks.give(deviceId, task, expiresIn, id),
    command: (id) => commands.get(id),
    events: (caseId) => cases.events(caseId),
    carrierOf: people.carrierOf,
    terminalOf: people.terminalOf,
    clock,
  })
}

/** Every case that an inspector was asked to look at. */
async function waitingCases(
  cases: Pick<InspectorPartsOptions['cases'], 'list'>,
): Promise<readonly Case[]> {
  const found: Case[] = []
  for (let after: string | undefined; ; ) {
    const state = ['verifying', 'checking'] as const
    const page = await cases.list({ scope: WHOLE_CITY, state, limit: PAGE, after })
    found.push(...page.items)
    if (page.next === null) return found
    after = page.next
  }
}
