import { v5 as uuidv5 } from 'uuid'
import type { CommandDesk } from '#broker/ports.ts'
import type { Case, NewReport } from '#model/case.ts'
import type { CaseCommand } from '#model/case-command.ts'
import type { CaseEvent, CaseEventType } from '#model/case-event.ts'
import type { Command } from '#model/command.ts'
import { Rejected } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'
import {
  TASK_COMMAND,
  type TerminalTask,
  type TerminalTaskArgs,
  type TerminalTaskKind,
  terminalTaskResult,
} from '#model/terminal-task.ts'
import { type DurationMs, type EpochMs, hours, milliseconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { CaseDesk } from '#store/cases/case-desk.ts'
import { type InspectorReport, reportDesk } from './report-desk.ts'

interface InspectorTaskParts {
  readonly desk: Pick<CaseDesk, 'act' | 'report'>
  /** Cases that wait for an inspector to look. */
  readonly waiting: () => Promise<readonly Case[]>
  readonly give: (
    deviceId: string,
    task: TerminalTask,
    expiresIn: DurationMs,
    id: string,
  ) => Promise<unknown>
  readonly command: (id: string) => Promise<Command>
  readonly events: (caseId: string) => Promise<readonly CaseEvent[]>
  readonly carrierOf: (deviceId: string) => Principal | undefined
  /** Of an account. */
  readonly terminalOf: (accountId: string) => string | null
  readonly clock: Clock
}

/** Of this service alone; never changed, for the ids of tasks come from it. */
const NAMESPACE = '1fd8c6d6-4a57-4b1e-9a75-1a2b8e0d6c34'
/** A task without a deadline waits so long for its terminal, and one that is late as well. */
const WAITS: DurationMs = hours(24)

const TASK_OF: Readonly<Partial<Record<Case['state'], TerminalTaskKind>>> = {
  verifying: 'pre-verify',
  checking: 'post-check',
}

/**
 * Between inspectors' terminals and the flow of cases: their reports come in, their tasks go out as
 * commands, and what they answer is the step it says.
 */
export function inspectorTasks(parts: InspectorTaskParts) {
  const { desk, carrierOf, terminalOf, clock } = parts
  /** Ids of tasks that wait and were given, so that a round is about what is new. */
  let given: ReadonlySet<string> = new Set()
  return {
    /** Reports of terminals, by whoever carries them. */
    reports: reportDesk({
      inspectorOf: async (deviceId) => Promise.resolve(carrierOf(deviceId)),
      report: (report, principal) => desk.report(newReport(report), principal, 'mqtt'),
    }),

    /**
     * Gives every task that waits and was not given yet. Which it was is told by its id, which follows
     * from the case and the moment it was asked for: a task is given once, whoever dies meanwhile. A
     * terminal that cannot be given its own holds up no other.
     *
     * @throws AggregateError of those that could not be given
     */
    async give(): Promise<void> {
      const still = new Set<string>()
      const failures: unknown[] = []
      for (const found of await parts.waiting()) {
        const task = TASK_OF[found.state]
        const deviceId = found.inspectorId === null ? null : terminalOf(found.inspectorId)
        if (!task || deviceId === null) continue
        const id = uuidv5(`${found.id} ${task} ${found.inspectorId} ${found.stateSince}`, NAMESPACE)
        const expiresIn = expiry(found.deadlineAt, clock.now())
        try {
          if (!given.has(id)) await parts.give(deviceId, taskOf(found, task), expiresIn, id)
          still.add(id)
        } catch (error) {
          failures.push(error)
        }
      }
      given = still
      if (failures.length > 0) {
        throw new AggregateError(failures, `${failures.length} tasks could not be given`)
      }
    },

    /** Replies to commands, those to tasks as steps of their cases first. */
    replies: (commands: CommandDesk): CommandDesk => ({
      ...commands,
      async reply(deviceId, reply) {
        const task =
          reply.state === 'done' ? await taskCommand(parts, deviceId, reply.id) : undefined
        if (task) await answer(parts, task, reply.result)
        return await commands.reply(deviceId, reply)
      },
    }),
  }
}

async function taskCommand(
  { command }: Pick<InspectorTaskParts, 'command'>,
  deviceId: string,
  id: string,
): Promise<Command | undefined> {
  try {
    const found = await command(id)
    const isOpen = found.finishedAt === null && found.deviceId === deviceId
    return isOpen && found.name === TASK_COMMAND ? found : undefined
  } catch (error) {
    // Which command there is not the desk says itself.
    if (error instanceof Rejected && error.code === 'not-found') return undefined
    throw error
  }
}

/** @throws Rejected when the answer is none, or the case does not take it any more */
async function answer(
  { desk, carrierOf, events }: Pick<InspectorTaskParts, 'desk' | 'carrierOf' | 'events'>,
  { deviceId, args, createdAt }: Command,
  result: unknown,
): Promise<void> {
  const { caseId, task } = args as unknown as TerminalTaskArgs
  const read = terminalTaskResult(result, task)
  if ('faults' in read) {
    const faults = read.faults.map(({ detail }) => detail).join('; ')
    throw new Rejected('invalid-input', `the answer to the task is none: ${faults}`)
  }
  const inspector = carrierOf(deviceId)
  if (!inspector) throw new Rejected('forbidden', `no account carries the terminal ${deviceId}`)
  const { outcome, text, photos } = read.answer
  const command: CaseCommand = {
    name: task,
    passed: outcome === 'found' || outcome === 'passed',
    reason: text ?? WORDS[outcome],
    attachments: [...photos],
  }
  try {
    await desk.act(caseId, command, inspector, 'mqtt')
  } catch (error) {
    // The step was taken, and then the reply was not stored: the same reply says nothing new.
    const isTaken = (await events(caseId)).some(
      ({ type, actor, at }) =>
        type === EVENT_OF[task] && actor.accountId === inspector.accountId && at >= createdAt,
    )
    if (!isTaken) throw error
  }
}

const EVENT_OF: Readonly<Record<TerminalTaskKind, CaseEventType>> = {
  'pre-verify': 'pre-verified',
  'post-check': 'post-checked',
}

/** What is noted where the inspector wrote nothing. */
const WORDS = {
  found: '情况属实',
  'not-found': '未发现问题',
  passed: '核查通过',
  failed: '核查不通过',
} as const

const taskOf = (found: Case, task: TerminalTaskKind): TerminalTask => ({
  caseId: found.id,
  number: found.number,
  task,
  title: found.title,
  address: found.address,
  place: found.place,
  deadlineAt: found.deadlineAt,
  text: found.description,
})

const expiry = (deadlineAt: EpochMs | null, now: EpochMs): DurationMs =>
  deadlineAt === null || deadlineAt <= now ? WAITS : milliseconds(Math.max(WAITS, deadlineAt - now))

const newReport = (report: InspectorReport): NewReport => ({
  source: 'inspector',
  kind: report.kind,
  edition: null,
  class: report.class,
  condition: report.condition,
  description: report.text ?? '（仅照片）',
  place: report.place,
  address: report.address,
  partId: report.partId,
  observedAt: report.observedAt,
  isUrgent: false,
  attachments: report.photos,
  outsideNumber: null,
  contact: null,
  key: report.id,
})
