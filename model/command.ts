import { Type } from 'typebox'
import type { Bilingual } from './text.ts'
import type { EpochMs } from './time.ts'

/** What a command to a device goes through. The last three are final. */
export const COMMAND_STATES = [
  'queued',
  'sent',
  'acknowledged',
  'done',
  'failed',
  'expired',
] as const
export type CommandState = (typeof COMMAND_STATES)[number]

export const COMMAND_STATE_TITLES: Readonly<Record<CommandState, Bilingual>> = {
  queued: { en: 'queued', zh: '待下发' },
  sent: { en: 'sent', zh: '已下发' },
  acknowledged: { en: 'received', zh: '已送达' },
  done: { en: 'done', zh: '已执行' },
  failed: { en: 'failed', zh: '执行失败' },
  expired: { en: 'expired', zh: '已过期' },
}

/** From which states each state can be entered; a reply may overtake the PUBACK of its command. */
export const COMMAND_PREDECESSORS: Readonly<Record<CommandState, readonly CommandState[]>> = {
  queued: [],
  sent: ['queued', 'sent'],
  acknowledged: ['queued', 'sent'],
  done: ['queued', 'sent', 'acknowledged'],
  failed: ['queued', 'sent', 'acknowledged'],
  expired: ['queued', 'sent', 'acknowledged'],
}

/** A command as it is stored and shown. */
export interface Command {
  readonly id: string
  readonly deviceId: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly state: CommandState
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
  readonly sentAt: EpochMs | null
  readonly acknowledgedAt: EpochMs | null
  readonly finishedAt: EpochMs | null
  /** What the device answered with `done` or `failed`. */
  readonly result: unknown
}

/** What goes down to the device. */
export interface CommandMessage {
  readonly id: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly expiresAt: string
}

/** What a device answers on `wanmi/v1/{device}/command/reply`. */
export const CommandReply = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  state: Type.Enum(['acknowledged', 'done', 'failed']),
  result: Type.Optional(Type.Unknown()),
})
export type CommandReply = Type.Static<typeof CommandReply>
