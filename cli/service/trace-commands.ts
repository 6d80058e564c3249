import { type Tracer, traced } from '#runtime/trace/tracer.ts'
import type { createCommands } from '#store/queries/commands.ts'

type Commands = ReturnType<typeof createCommands>

/** Commands whose queueing and whose every step is a span. */
export function traceCommands(commands: Commands, tracer: Tracer): Commands {
  if (!tracer.isOn) return commands
  return {
    ...commands,
    queue: (command) => {
      const attributes = { 'wanmi.device': command.deviceId, 'wanmi.command': command.name }
      return traced(tracer, 'command queued', { attributes }, () => commands.queue(command))
    },
    transition: (deviceId, id, state, result) => {
      const attributes = { 'wanmi.device': deviceId, 'wanmi.command.id': id }
      return traced(tracer, `command ${state}`, { attributes }, () =>
        commands.transition(deviceId, id, state, result),
      )
    },
  }
}
