import type { CommandMessage, CommandReply } from '#model/command.ts'
import { type EpochMs, parseInstant } from '#model/time.ts'

/**
 * What a simulated device answers to a command, in order: it takes every one and carries it out at
 * once, but one that came too late. What is no command at all has no id to answer to.
 */
export function answerCommand(payload: Buffer, now: EpochMs): readonly CommandReply[] {
  const command = readCommand(payload)
  if (!command) return []
  const { id, name, expiresAt } = command
  const deadline = parseInstant(expiresAt ?? '')
  if (deadline !== undefined && deadline < now) {
    return [{ id, state: 'failed', result: { reason: 'the command came after it had expired' } }]
  }
  return [
    { id, state: 'acknowledged' },
    { id, state: 'done', result: { name } },
  ]
}

function readCommand(payload: Buffer): Readable | undefined {
  const message = parsed(payload.toString('utf8')) as Partial<CommandMessage> | null | undefined
  return typeof message?.id === 'string' ? { ...message, id: message.id } : undefined
}

type Readable = Pick<CommandMessage, 'id'> & Partial<CommandMessage>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Devices in the field drop what they cannot read; there is nobody to tell.
    return undefined
  }
}
