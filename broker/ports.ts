import type { Command, CommandReply } from '#model/command.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Reason } from '#model/rejection.ts'
import type { TerminalReport } from '#model/terminal-report.ts'
import type { EpochMs } from '#model/time.ts'

/** Called once per message, when it is committed, in the order in which the messages were given. */
export type Settled<Message extends Envelope> = (message: Message) => void

/** Where messages go. It takes every one; it is the broker who stops reading while it is full. */
export interface Intake {
  readonly isFull: boolean
  /** So much waits that only whoever has little to say should be read. True whenever it is full. */
  readonly isCrowded: boolean
  /** Calls the listener each time there is room again. */
  onRoom(listener: () => void): void
  offer<Message extends Envelope>(message: Message, settled: Settled<Message>): void
  /** For the quarantine, for these reasons. */
  refuse<Message extends Envelope>(
    message: Message,
    reasons: readonly Reason[],
    settled: Settled<Message>,
  ): void
  /** What a message of the quarantine says is stored: its entry there is settled. */
  resolve<Message extends Envelope>(message: Message, settled: Settled<Message>): void
}

export interface Credential {
  /** As `hashSecret` made it. */
  readonly hash: string
  readonly enabled: boolean
}

/** Who may come in; it must answer at once. */
export interface DeviceDirectory {
  credential(deviceId: string): Credential | undefined
  find(deviceId: string): Device | undefined
}

/** The account of another system, as it came in by one of its access tokens. */
export interface Program {
  readonly accountId: string
  /** Of the token. */
  readonly credentialId: string
  /** When the token ends; null: when it is revoked. */
  readonly expiresAt: EpochMs | null
}

/** The accounts that may use open topics; it must answer at once. */
export interface ProgramDirectory {
  /** Whether there is one of that login. */
  has(login: string): boolean
  /** Undefined when the token is not one of its. Throws Unavailable when that cannot be told. */
  find(login: string, token: string): Program | undefined
}

/**
 * The commands to devices. Each promise is kept when the change is stored; one that rejects with
 * Unavailable is asked again.
 */
export interface CommandDesk {
  /** Commands of the device that are neither acknowledged, finished nor expired, oldest first. */
  pending(deviceId: string): Promise<readonly Command[]>
  sent(commandId: string): Promise<void>
  acknowledged(commandId: string): Promise<void>
  /** False when the device has no such command. */
  reply(deviceId: string, reply: CommandReply): Promise<boolean>
}

/** Where reports of terminals enter the flow of cases. */
export interface ReportDesk {
  /**
   * Resolves when the report is stored; one that was stored before, by its id and its device, changes
   * nothing. One that rejects with Unavailable is asked again, one with Rejected goes to the
   * quarantine with what it says.
   */
  report(deviceId: string, report: TerminalReport): Promise<void>
}
