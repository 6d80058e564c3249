import type { CommandDesk, ReportDesk } from '#broker/ports.ts'
import type { Command, CommandReply } from '#model/command.ts'
import type { TerminalReport } from '#model/terminal-report.ts'
import { epochMs } from '#model/time.ts'

/** Commands in memory. */
export class MemoryDesk implements CommandDesk {
  readonly commands: Command[] = []
  readonly steps: string[] = []
  readonly replies: CommandReply[] = []
  /** What to throw instead of answering. */
  failure: () => Error | undefined = () => undefined

  queue(deviceId: string, id: string, expiresAt = Date.now() + 60_000): void {
    const at = epochMs(Date.now())
    this.commands.push({
      id,
      deviceId,
      name: 'restart',
      args: { delay_s: 3 },
      state: 'queued',
      createdAt: at,
      expiresAt: epochMs(expiresAt),
      sentAt: null,
      acknowledgedAt: null,
      finishedAt: null,
      result: null,
    })
  }

  async pending(deviceId: string): Promise<readonly Command[]> {
    this.#check()
    return this.commands.filter(
      (command) => command.deviceId === deviceId && ['queued', 'sent'].includes(command.state),
    )
  }

  async sent(id: string): Promise<void> {
    this.#step(id, 'sent')
  }

  async acknowledged(id: string): Promise<void> {
    this.#step(id, 'acknowledged')
  }

  async reply(deviceId: string, reply: CommandReply): Promise<boolean> {
    this.#check()
    const command = this.commands.find(({ id }) => id === reply.id)
    if (command?.deviceId !== deviceId) return false
    this.replies.push(reply)
    return true
  }

  #step(id: string, state: 'sent' | 'acknowledged'): void {
    this.#check()
    this.steps.push(`${state} ${id}`)
    const index = this.commands.findIndex((command) => command.id === id)
    const command = this.commands[index]
    if (command) this.commands[index] = { ...command, state }
  }

  #check(): void {
    const failure = this.failure()
    if (failure) throw failure
  }
}

/** Reports in memory, each id of a device once. */
export class MemoryReports implements ReportDesk {
  readonly stored = new Map<string, TerminalReport>()
  asked = 0
  /** What to throw instead of storing. */
  failure: (report: TerminalReport) => Error | undefined = () => undefined

  async report(deviceId: string, report: TerminalReport): Promise<void> {
    this.asked++
    const failure = this.failure(report)
    if (failure) throw failure
    const key = `${deviceId} ${report.id}`
    if (!this.stored.has(key)) this.stored.set(key, report)
    return Promise.resolve()
  }
}
