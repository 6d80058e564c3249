import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { COMMAND_STATES, type Command } from '#model/command.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

export const CommandView = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    name: Type.String(),
    args: Type.Record(Type.String(), Type.Unknown()),
    state: Type.Enum([...COMMAND_STATES]),
    createdAt: Instant,
    expiresAt: Instant,
    sentAt: nullable(Instant),
    acknowledgedAt: nullable(Instant),
    finishedAt: nullable(Instant),
    result: Type.Unknown({ description: 'What the device answered.' }),
  },
  { $id: 'Command' },
)
export type CommandView = Static<typeof CommandView>

export const showCommand = (command: Command): CommandView => ({
  ...command,
  args: { ...command.args },
  createdAt: formatInstant(command.createdAt),
  expiresAt: formatInstant(command.expiresAt),
  sentAt: showInstant(command.sentAt),
  acknowledgedAt: showInstant(command.acknowledgedAt),
  finishedAt: showInstant(command.finishedAt),
})
